import { nearest } from '../../core/nearest.ts';
import type {
  CatalogWatchSettings,
  JobSettings,
  WatchSettings,
} from '../../supervisor/settings.ts';
import { showPath } from '../document.ts';
import { SIGNAL_SOURCES } from '../event-codes.ts';
import { withFingerprint } from '../fingerprint.ts';
import { Fields } from './fields.ts';
import { serviceName } from './service.ts';
import { entriesOf, type Source } from './source.ts';
import { watchNames } from './watch-names.ts';

/** `watches` of ContainerPilot 3: jobs hear of their events. */
export function watches(source: Source, value: unknown): readonly WatchSettings[] {
  const nameOf = watchNames();
  return entriesOf(source, ['watches'], value).map((entry) => {
    const fields = new Fields(source, entry);
    const service = serviceName(source, fields);
    // Nothing is polled: the catalog tells of each change.
    fields.positiveSeconds('interval', `watch[${service}].interval must be > 0`);
    const [tag, dc] = [fields.text('tag') ?? '', fields.text('dc') ?? ''];
    fields.close();
    const name = nameOf(service, [tag, dc].filter((part) => part !== '').join('@'));
    if (name !== service) {
      source.warn(
        entry.path,
        `a second watch of ${service}; the source of its events is watch.${name}`,
      );
    }
    return withFingerprint<CatalogWatchSettings>({
      name,
      place: `${source.place(entry.path)} ${showPath(entry.path)}`,
      query: {
        kind: 'service',
        name: service,
        passingOnly: true,
        ...(tag !== '' && { tag }),
        ...(dc !== '' && { dc }),
      },
      compare: 'addresses',
    });
  });
}

/** A job that waits for what is not there never runs. ContainerPilot takes that, and templates leave jobs out on purpose: a warning. */
export function warnOfUnknownSources(
  source: Source,
  jobs: readonly JobSettings[],
  watched: readonly WatchSettings[],
): void {
  const known = [
    ...jobs.map(({ name }) => name),
    ...watched.map(({ name }) => `watch.${name}`),
    ...['global', ...SIGNAL_SOURCES],
  ];
  for (const { name, when, place } of jobs) {
    if (when.kind !== 'event' || when.source === '' || known.includes(when.source)) continue;
    const close = nearest(when.source, known);
    const advice = close === undefined ? '' : `; did you mean ${close}?`;
    source.warnings.push(
      `${place}: the job ${name} waits for ${when.source}, which is not there: it never runs${advice}`,
    );
  }
}
