import { ChangingFiles, type Held } from '../support/changing-files.ts';
import { collectGarbage } from '../support/collect-garbage.ts';

const FILES = 1000;
const REPORT_EVERY = 10_000;
/** The heap finds its size while code is compiled for the first tenth of it. 3 bytes for each change would be so much at a million. */
const HEAP_MAY_GROW_BYTES = 3e6;

interface Sample {
  readonly changes: number;
  readonly heap: number;
  readonly rss: number;
  readonly held: Held;
}

/**
 * Makes so many changes at keys that a thousand files show, with queries that come and go, and prints what is held after each 10,000, garbage
 * collected. Returns the exit code: 1 where anything grew.
 */
export async function runChanges(count: number): Promise<number> {
  const files = new ChangingFiles(FILES);
  const samples: Sample[] = [await sample(files, 0)];
  for (let changes = REPORT_EVERY; changes <= count; changes += REPORT_EVERY) {
    await files.change(REPORT_EVERY);
    samples.push(await sample(files, changes));
    console.log(describe(samples.at(-1) as Sample));
  }
  const left = await files.stop();
  const complaints = complaintsAbout(samples);
  if (Object.values(left).some((number) => number > 0)) {
    complaints.push(`at the end there is left: ${JSON.stringify(left)}`);
  }
  for (const complaint of complaints) console.error(`FAILED: ${complaint}`);
  return complaints.length === 0 ? 0 : 1;
}

async function sample(files: ChangingFiles, changes: number): Promise<Sample> {
  const held = await files.settled();
  collectGarbage();
  const { heapUsed, rss } = process.memoryUsage();
  return { changes, heap: heapUsed, rss, held };
}

function describe({ changes, heap, rss, held }: Sample): string {
  const numbers = Object.entries(held).map(([name, number]) => `${number} ${name}`);
  return `${changes} changes: heap ${(heap / 1e6).toFixed(2)} MB, RSS ${Math.round(rss / 1e6)} MB, ${numbers.join(', ')}`;
}

function complaintsAbout(samples: readonly Sample[]): string[] {
  const [first] = samples;
  const last = samples.at(-1);
  const warm = samples[Math.ceil(samples.length / 10)];
  if (first === undefined || last === undefined || warm === undefined) return [];
  const complaints: string[] = [];
  if (JSON.stringify(first.held) !== JSON.stringify(last.held)) {
    complaints.push(
      `it holds ${JSON.stringify(last.held)}, and held ${JSON.stringify(first.held)}`,
    );
  }
  if (last.heap - warm.heap > HEAP_MAY_GROW_BYTES) {
    complaints.push(`the heap grew by ${((last.heap - warm.heap) / 1e6).toFixed(1)} MB`);
  }
  return complaints;
}
