import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tryCases, type TrialOptions } from '../../../src/daemon/try-cases.ts';
import type { CaseResult } from '../../../src/trial/case-result.ts';
import { readCases } from '../../../src/trial/read-cases.ts';

/** A folder with templates and case files. */
export class CaseFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'autotmpl-trial-'));

  write(name: string, text: string): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  /** Writes a case file and tries its cases. */
  async try(
    name: string,
    text: string,
    options: Partial<TrialOptions> = {},
  ): Promise<readonly CaseResult[]> {
    const file = await readCases(name, this.write(name, text));
    return tryCases(
      file,
      { packageTemplates: [], cwd: this.path, updates: false, color: 0, ...options },
      () => true,
    );
  }

  close(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** What is complained of, with line and column. */
export function complaints(results: readonly CaseResult[]): string[] {
  return results.flatMap((result) =>
    result.complaints.map(({ place, message }) => `${place.line}:${place.column} ${message}`),
  );
}
