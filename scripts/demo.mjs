/**
 * npm run demo: a catalog in a file is edited, and nginx.conf follows. Ten seconds, no server needed. `--quick` does not
 * wait for the reader.
 */
import { performance } from 'node:perf_hooks';

import { Edge, RELOAD } from './demo/edge.mjs';
import { ensureBuilt, ensurePackages } from './install.mjs';

const READING_MS = 2200;

/** The first rendering: nothing was there, and now nginx.conf is. */
async function begin(edge, story) {
  story.chapter('The catalog knows one sales and one customers. autotmpl renders nginx.conf.');
  await edge.start();
  const config = await edge.until(() => edge.read('nginx.conf'), 'the first nginx.conf');
  story.file('catalog.yaml');
  const catalog = await edge.read('catalog.yaml');
  story.quote(catalog.slice(catalog.indexOf('services:')).trimEnd());
  story.file('nginx.conf', '(its upstreams)');
  story.quote([...config.matchAll(/^ {4}upstream [^}]*^ {4}}/gm)].map(withoutComments).join('\n'));
  await edge.nextRecord(({ message }) => message === RELOAD, 'the command');
  story.say(`${story.good('✓')} command: ${RELOAD}`);
  await story.pause();
}

function withoutComments([block]) {
  return block.replace(/^ *#.*\n/gm, '').replace(/^ {4}/gm, '');
}

/** Edits the catalog and shows what becomes of nginx.conf, and how soon. */
async function change(edge, story, heading, edited) {
  story.chapter(heading);
  const before = {
    catalog: await edge.read('catalog.yaml'),
    config: await edge.read('nginx.conf'),
  };
  const catalog = edited(before.catalog);
  const savedAt = performance.now();
  await edge.edit(catalog);
  let tookMs = 0;
  const config = await edge.until(async () => {
    const text = await edge.read('nginx.conf');
    tookMs = performance.now() - savedAt;
    return text !== before.config && text;
  }, 'nginx.conf changed');
  story.file('catalog.yaml');
  story.changes(before.catalog, catalog);
  story.file('nginx.conf', story.good(`${tookMs.toFixed(0)} ms later`));
  story.changes(before.config, config);
  await edge.nextRecord(({ message }) => message === RELOAD, 'the command');
  story.say(`${story.good('✓')} command: ${RELOAD}`);
  await story.pause();
}

/** Makes the catalog what nginx.conf must not follow, and shows that it does not. */
async function spoil(edge, story, heading, edited) {
  story.chapter(heading);
  const before = {
    catalog: await edge.read('catalog.yaml'),
    config: await edge.read('nginx.conf'),
  };
  const spoilt = edited(before.catalog);
  await edge.edit(spoilt);
  const { message } = await edge.nextRecord(isComplaint, 'autotmpl complained');
  story.file('catalog.yaml');
  story.changes(before.catalog, spoilt);
  // Without what to do about it, which is for those who run it.
  const said = edge.withoutFolder(message).replace(/ \(where this is as it should be.*?\);/, ';');
  story.say(`autotmpl: ${said}`);
  if ((await edge.read('nginx.conf')) !== before.config) throw new Error('nginx.conf changed');
  story.file('nginx.conf', story.good('unchanged'));
  await story.pause();
}

function isComplaint({ level }) {
  return level === 'warn' || level === 'error';
}

const instance = (id, host) => `    - { id: ${id}, address: 10.0.0.${host}, port: 3000 }\n`;
const grow = (catalog) =>
  catalog.replace(
    instance('sales-1', 11),
    `$&${instance('sales-2', 12)}${instance('sales-3', 13)}`,
  );
const shrink = (catalog) => catalog.replace(instance('sales-2', 12), '');

const empty = (catalog) =>
  catalog
    .replace(instance('sales-1', 11), '')
    .replace(instance('sales-3', 13), '')
    .replace('sales:', 'sales: []');
const spoiltYaml = (catalog) => catalog.replace('services:', 'services: [');

async function tell(edge) {
  // Not before this moment: on a fresh clone the packages have only just been installed.
  const { Story } = await import('./demo/story.mjs');
  const story = new Story(process.argv.includes('--quick') ? 0 : READING_MS);
  story.title('autotmpl keeps nginx.conf true to a catalog of services.');
  await begin(edge, story);
  await change(edge, story, 'sales grows from 1 to 3.', grow);
  await change(edge, story, 'sales shrinks from 3 to 2.', shrink);
  await spoil(
    edge,
    story,
    'All of sales leave at once. The guard keeps nginx.conf as it is.',
    empty,
  );
  // An error is never an absence: a catalog that cannot be read empties no file.
  await spoil(
    edge,
    story,
    'Somebody saves a broken catalog. nginx.conf stays as it is.',
    spoiltYaml,
  );
  story.title('Try next');
  story.say(
    'node bin/autotmpl.js -catalog examples/nginx/catalog.yaml -template examples/nginx/nginx.conf.njk',
  );
  story.say('    prints the file, and again whenever you change the catalog');
  story.say('node bin/autotmpl.js -help');
  story.say('examples/nginx/README.md: the same with Consul, nginx and two services\n');
}

const edge = new Edge();
let interrupted = false;
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.once(signal, () => {
    interrupted = true;
    void edge.stop().finally(() => process.exit(code));
  });
}
try {
  await ensurePackages();
  await ensureBuilt();
  await tell(edge);
} catch (error) {
  if (!interrupted) console.error(error.message);
  process.exitCode = 1;
} finally {
  await edge.stop();
}
