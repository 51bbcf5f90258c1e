import { expect, it } from 'vitest';
import { describeError } from '../../../src/core/errors.ts';
import { fileError, READING } from '../../../src/output/file-error.ts';

const denied = Object.assign(new Error('no'), { code: 'EACCES' });

it('where a file may not be written, the folder is what the right is missing for', () => {
  expect(describeError(fileError('Cannot write', '/etc/app/a.conf', denied))).toMatch(
    /^Cannot write \/etc\/app\/a\.conf: permission denied .*make files in \/etc\/app\.\)$/,
  );
});

it('where a file may not be read, it is the file itself', () => {
  expect(describeError(fileError(READING, '/etc/app/a.conf', denied))).toMatch(
    /^Cannot read \/etc\/app\/a\.conf: permission denied .*\(Give this user the right to read it, or remove it\.\)$/,
  );
});
