import { basename } from 'node:path';
import type { Chronicle } from './chronicle.ts';
import { CheckedFiles } from './invariants/checked-files.ts';
import { factsOf, Pairs } from './invariants/pairs.ts';
import { failureOf, SteadyRequests } from './invariants/requests.ts';
import { isEmptierThanAllowed, upstreamsOf } from './invariants/upstreams.ts';
import { FileReader } from './invariants/whole-files.ts';
import { MAX_REMOVED_PERCENT } from './stage/config.ts';
import { PROXY_ORIGIN } from './stage/proxy.ts';
import type { Stage } from './stage/stage.ts';
import type { Truth } from './truth.ts';
import { SERVICES } from './writer.ts';

const LOOKING_MS = 250;
const FILES = ['out/nginx.conf', 'out/services.json'];

/** Those who look all the time at what must hold all the time. */
export class Observers {
  readonly #stage: Stage;
  readonly #truth: Truth;
  readonly #chronicle: Chronicle;
  readonly #checked: CheckedFiles;
  readonly #reader: FileReader;
  readonly #requests: SteadyRequests;
  readonly #pairs = new Pairs();
  readonly #looking: NodeJS.Timeout;

  constructor(stage: Stage, truth: Truth, chronicle: Chronicle) {
    this.#stage = stage;
    this.#truth = truth;
    this.#chronicle = chronicle;
    this.#checked = new CheckedFiles(() => stage.read('checks.log'));
    const paths = FILES.map((name) => stage.at(name));
    this.#reader = new FileReader(paths, {
      onText: (path, text) => this.#seeText(path, text),
      onBroken: (path, what) =>
        chronicle.break('no reader ever sees a half file', `${basename(path)}: ${what}`),
    });
    this.#looking = setInterval(() => this.#seePairs(), LOOKING_MS);
    const locations = SERVICES.map((service) => `/${service}/`);
    this.#requests = new SteadyRequests(PROXY_ORIGIN, locations, (answer) => {
      chronicle.count('requests through nginx');
      const { rendering } = answer;
      if (rendering !== undefined) this.#seeRendering(rendering);
      const failure = failureOf(answer, (from, until) => stage.proxy.wasDown(from, until));
      if (failure !== undefined) chronicle.break('no request fails because of us', failure);
    });
  }

  /** Returns once nobody looks any more. */
  async stop(): Promise<void> {
    clearInterval(this.#looking);
    await this.#requests.stop();
    this.#chronicle.count('reads of files', await this.#reader.stop());
  }

  #seeText(path: string, text: string): void {
    const name = basename(path);
    this.#chronicle.count(`texts of ${name} seen`);
    const facts = factsOf(name, text);
    if (facts !== undefined) this.#pairs.see(name, facts, performance.now());
    if (name !== 'nginx.conf') return;
    const upstreams = upstreamsOf(text);
    for (const service of SERVICES) {
      const found = upstreams.get(service)?.length ?? 0;
      const truth = this.#truth.leastOf(service);
      if (!isEmptierThanAllowed(found, truth, MAX_REMOVED_PERCENT)) continue;
      const saw = `${service} has ${found} instances in the file, and never had less than ${truth} in the last minute`;
      this.#chronicle.break('no upstream is emptier than the guard allows', saw);
    }
  }

  #seePairs(): void {
    const nowMs = performance.now();
    if (!this.#stage.program.isAtWork || !this.#stage.disk.isWritable) this.#pairs.excuse(nowMs);
    const saw = this.#pairs.broken(nowMs);
    if (saw !== undefined)
      this.#chronicle.break('the files of a group are of the same answers', saw);
  }

  #seeRendering(id: string): void {
    if (this.#checked.hasPassed(id)) return;
    const last = this.#stage.read('checks.log').trim().split('\n').slice(-5).join(', ');
    this.#chronicle.break(
      'nginx never runs on a file that failed its check',
      `it answers with ${id}, which never passed; the last checks: ${last}`,
    );
  }
}
