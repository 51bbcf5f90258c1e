import type { CatalogWatchSettings, WatchSettings } from '../../supervisor/settings.ts';
import { showPath } from '../document.ts';
import { withFingerprint } from '../fingerprint.ts';
import { Fields } from './fields.ts';
import { serviceName } from './service.ts';
import { entriesOf, type Entry, type Source } from './source.ts';
import { watchNames } from './watch-names.ts';

/** `backends`: each a watch with a command that runs at a change. */
export function backends(source: Source, value: unknown): readonly WatchSettings[] {
  const nameOf = watchNames();
  return entriesOf(source, ['backends'], value).map((entry) => backend(source, entry, nameOf));
}

function backend(
  source: Source,
  entry: Entry,
  nameOf: ReturnType<typeof watchNames>,
): WatchSettings {
  const fields = new Fields(source, entry);
  const name = serviceName(source, fields);
  // Nothing is polled: the catalog tells of each change.
  fields.positiveSeconds('poll', `\`poll\` must be > 0 in backend ${name}`);
  if (fields.raw('onChange') === undefined) {
    fields.fail('onChange', `\`onChange\` is required in backend ${name}`);
  }
  const command = fields.command('onChange') ?? [];
  const timeoutMs = fields.duration('timeout') ?? 0;
  const tag = fields.text('tag') ?? '';
  fields.close();
  return withFingerprint<CatalogWatchSettings>({
    name: nameOf(name, tag),
    place: `${source.place(entry.path)} ${showPath(entry.path)}`,
    query: { kind: 'service', name, passingOnly: true, ...(tag !== '' && { tag }) },
    compare: 'addresses',
    onChange: {
      action: { kind: 'exec', command },
      ...(timeoutMs > 0 && { timeoutMs }),
    },
  });
}
