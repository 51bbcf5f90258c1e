import * as v from 'valibot';
import { SYSLOG_FACILITIES } from '../process/syslog-message.ts';
import { LOG_FILE_DEFAULTS } from './defaults.ts';
import { map, oneOf, path, positiveDuration, setting, text } from './schema-words.ts';

const COUNT_FORM = 'a whole number';
const bytes = v.pipe(v.number(COUNT_FORM), v.integer(COUNT_FORM), v.minValue(0, COUNT_FORM));
const FILES_FORM = 'a whole number, or -1';
const keptFiles = v.pipe(v.number(FILES_FORM), v.integer(FILES_FORM), v.minValue(-1, FILES_FORM));

/** `log.file`: a file of the log, and when it is followed by another. */
export const logFileSchema = map({
  path: v.pipe(
    path,
    v.metadata({ description: 'The file. Older ones get a time in their names.' }),
  ),
  rotateBytes: setting(bytes, {
    description: 'A file that is longer is followed by another; 0 is no limit.',
    default: LOG_FILE_DEFAULTS.rotateBytes,
  }),
  rotateDuration: setting(positiveDuration, {
    description: 'And so is one that is older. Default: no limit.',
  }),
  rotateMaxFiles: setting(keptFiles, {
    description: 'So many older files are kept; 0 keeps all, -1 none.',
    default: LOG_FILE_DEFAULTS.rotateMaxFiles,
  }),
});

/** `log.syslog`: who we are there. */
export const syslogSchema = map({
  facility: setting(oneOf(SYSLOG_FACILITIES), {
    description: 'The facility.',
    default: LOG_FILE_DEFAULTS.facility,
  }),
  name: setting(text, {
    description: 'What we are called there.',
    default: LOG_FILE_DEFAULTS.name,
  }),
});
