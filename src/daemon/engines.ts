import type { Clock } from '../core/time.ts';
import type { Engine, TemplateLanguage } from '../template/engine.ts';
import type { Environment } from './options.ts';

/** What engines are made with. */
export interface EngineParts {
  /** Absolute folders for includes, after the template's own. */
  readonly searchPath: readonly string[];
  readonly environment: Environment;
  readonly clock: Clock;
}

/** Makes the engine of each of these languages, and only theirs: a language that nobody uses is not even loaded. */
export async function createEngines(
  languages: Iterable<TemplateLanguage>,
  parts: EngineParts,
): Promise<(language: TemplateLanguage) => Engine> {
  const engines = new Map<TemplateLanguage, Engine>();
  for (const language of new Set(languages))
    engines.set(language, await FACTORIES[language](parts));
  return (language) => {
    const engine = engines.get(language);
    if (engine === undefined) throw new Error(`no engine was made for ${language}`);
    return engine;
  };
}

const FACTORIES: Readonly<Record<TemplateLanguage, (parts: EngineParts) => Promise<Engine>>> = {
  async nunjucks(parts) {
    const { createNunjucksEngine } = await import('../template/nunjucks/engine.ts');
    return createNunjucksEngine(parts);
  },
  async go({ environment, clock }) {
    const { createGoEngine } = await import('../template/gotemplate/engine.ts');
    const { CONSUL_TEMPLATE_FUNCTIONS } =
      await import('../template/gotemplate/consul-template-functions.ts');
    return createGoEngine({ environment, clock, functions: CONSUL_TEMPLATE_FUNCTIONS });
  },
};
