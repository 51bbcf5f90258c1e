import { AutotmplError, describeError } from '../core/errors.ts';
import type { Clock } from '../core/time.ts';
import type { JobSettings } from '../supervisor/settings.ts';
import { createEngines } from './engines.ts';
import { isTemplate, renderName } from './render-name.ts';

/**
 * Fills in each name, id and tag that is a template, for both roles: what fails would fail when the service is registered. Throws an
 * AutotmplError that tells all that is wrong.
 */
export async function checkServiceNames(jobs: readonly JobSettings[], clock: Clock): Promise<void> {
  const texts = jobs.flatMap(({ name, place, service }) =>
    service === undefined
      ? []
      : [service.name, service.id ?? '', ...service.tags]
          .filter((text) => isTemplate(text))
          .map((text) => ({ name, place, text })),
  );
  if (texts.length === 0) return;
  const engineOf = await createEngines(['nunjucks'], { searchPath: [], environment: {}, clock });
  const problems = texts.flatMap(({ name, place, text }) => {
    try {
      for (const role of ['leader', 'follower']) {
        renderName(engineOf('nunjucks'), text, { name, role, hostname: 'host' });
      }
      return [];
    } catch (error) {
      return [`${place}: service: ${describeError(error)}`];
    }
  });
  if (problems.length > 0) throw new AutotmplError('config', problems.join('\n'));
}
