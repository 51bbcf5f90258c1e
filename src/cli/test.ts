import { writeFile } from 'node:fs/promises';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { colorLevel } from '../core/logger.ts';
import { tryCases, type TrialOptions } from '../daemon/try-cases.ts';
import { hasPassed, type CaseResult } from '../trial/case-result.ts';
import { findCaseFiles } from '../trial/find-case-files.ts';
import { readCases } from '../trial/read-cases.ts';
import { EXIT } from './exit-codes.ts';
import type { TestFormat, TestInvocation } from './invocation.ts';
import { PACKAGE_TEMPLATES } from './package-templates.ts';

/** Tries templates with the facts of case files and without a server; returns the exit code: 1 where a case fails. */
export async function test(invocation: TestInvocation): Promise<number> {
  const { format, out } = invocation;
  const results = await resultsOf(invocation);
  const own = await report(results, format);
  if (out === undefined) process.stdout.write(own);
  else {
    await write(out, format === 'text' ? plain(own) : own);
    process.stdout.write(await report(results, 'text'));
  }
  return results.every(hasPassed) ? EXIT.done : EXIT.failed;
}

/** Every file is read before the first case is tried: what is wrong with the last one shall not cost the time of all others. */
async function resultsOf({ places, filter, update }: TestInvocation): Promise<CaseResult[]> {
  const cwd = process.cwd();
  const found = await findCaseFiles(places, cwd);
  const files = await Promise.all(found.map(({ name, path }) => readCases(name, path)));
  const options: TrialOptions = {
    packageTemplates: [PACKAGE_TEMPLATES],
    ...{ cwd, updates: update, color: color() },
  };
  const results: CaseResult[] = [];
  for (const file of files) {
    const wants = ({ name }: { readonly name: string }): boolean =>
      filter === undefined || name.includes(filter) || file.name.includes(filter);
    results.push(...(await tryCases(file, options, wants)));
  }
  if (results.length > 0) return results;
  // A suite that tests nothing would be green for ever.
  throw found.length === 0
    ? new AutotmplError('usage', `no case file in ${places.join(', ')}`, {
        advice: 'cases are in files called TEMPLATE.test.yaml, beside their templates',
      })
    : new AutotmplError('usage', `no case has ${JSON.stringify(filter)} in its name`, {
        advice: 'give another -filter',
      });
}

async function report(results: readonly CaseResult[], format: TestFormat): Promise<string> {
  switch (format) {
    case 'tap':
      return (await import('../trial/report-tap.ts')).reportTap(results.map(uncoloured));
    case 'junit':
      return (await import('../trial/report-junit.ts')).reportJunit(results.map(uncoloured));
    case 'text': {
      const { reportText } = await import('../trial/report-text.ts');
      return reportText(results, color() === 0 ? undefined : paint);
    }
  }
}

function color(): 0 | 1 | 2 | 3 {
  return colorLevel(process.env, process.stdout.isTTY);
}

function paint(word: string, passed: boolean): string {
  return `\x1b[${passed ? 32 : 31}m${word}\x1b[39m`;
}

function uncoloured(result: CaseResult): CaseResult {
  const complaints = result.complaints.map((one) =>
    one.detail === undefined ? one : { ...one, detail: plain(one.detail) },
  );
  return { ...result, complaints };
}

/** Without the colours of a terminal. */
function plain(text: string): string {
  return text.replace(/\x1b\[\d+m/g, '');
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    const why = systemCode(error) ?? String(error);
    throw new AutotmplError('output', `cannot write ${path} (${why})`, { cause: error });
  }
}
