import * as v from 'valibot';
import {
  command,
  count,
  duration,
  fileChoice,
  list,
  map,
  oneOf,
  positiveDuration,
  setting,
  signal,
  text,
} from './schema-words.ts';

const onChangeSchema = map({
  exec: setting(command, { description: 'Runs this command.' }),
  signal: setting(signal, {
    description: 'Sends this signal to `job`, once that has been healthy.',
  }),
  job: setting(text, { description: 'With `signal`. Default: the main job.' }),
  restart: setting(text, { description: 'Restarts this job.' }),
  render: setting(text, { description: 'Renders the template with this `source` anew.' }),
  timeout: setting(positiveDuration, {
    description:
      'With `exec`: a command that takes longer is killed, and has failed. Default: none.',
  }),
  splay: setting(duration, {
    description: 'It waits for a random part of this before it acts.',
    default: '0s',
  }),
});

/** `watches[]`. */
export const watchSchema = map({
  name: setting(text, {
    description:
      'Its events come from the source `watch.NAME`. Default: the service, key or prefix, or `files`.',
  }),
  service: setting(text, { description: 'The service to watch: its passing instances.' }),
  tag: setting(text, { description: 'With `service`: only instances with this tag.' }),
  dc: setting(text, { description: 'The datacenter. Default: that of the agent.' }),
  key: setting(text, { description: 'The key to watch.' }),
  prefix: setting(text, { description: 'Watches every key below this prefix.' }),
  files: setting(fileChoice, {
    description:
      'Watches what the templates write: `true` is every file; a list has their destinations, as the templates name them. Files that are written together are one change.',
  }),
  compare: setting(oneOf(['addresses', 'everything']), {
    description: 'With `service`: what of its instances counts as a change.',
    default: 'addresses',
  }),
  onChange: setting(onChangeSchema, {
    description:
      'What is done at a change, beside the events: one of `exec`, `signal`, `restart` and `render`. Never twice at a time, and again later where it fails.',
  }),
  group: setting(text, { description: 'Handlers of one group never run together.' }),
});

/** `waitFor[]`. */
export const waitForSchema = map({
  service: v.pipe(text, v.metadata({ description: 'Required. The service that must be there.' })),
  tag: setting(text, { description: 'Only instances with this tag count.' }),
  dc: setting(text, { description: 'The datacenter. Default: that of the agent.' }),
  min: setting(count, { description: 'So many passing instances.', default: 1 }),
  timeout: setting(positiveDuration, {
    description: 'The program ends where they are not there by then. Default: it waits for ever.',
  }),
});

/** `watches`. */
export const watchesSchema = list(watchSchema, 'a list of watches');

/** `waitFor`. */
export const waitForsSchema = list(waitForSchema, 'a list of services to wait for');
