import { freezeValue, type ServiceInstance } from '../../src/catalog/values.ts';
import { systemClock } from '../../src/core/time.ts';
import type { Engine, Recall } from '../../src/template/engine.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../src/template/gotemplate/engine.ts';
import { createNunjucksEngine } from '../../src/template/nunjucks/engine.ts';
import type { StepOutcome } from '../results.ts';
import { distribution } from '../statistics.ts';
import type { BareSetting } from './setting.ts';

const INSTANCES = 1000;
const WARM_UP_RENDERS = 30;

const GO = `{{ range service "web" }}server {{ .Address }}:{{ .Port }} weight={{ .Weights.Passing }}; # {{ .Node }} {{ .ID }} {{ .Name }} {{ .Status }} {{ .NodeAddress }} {{ .ServiceMeta.version }} {{ .NodeMeta.rack }}
{{ end }}`;
const NUNJUCKS = `{% for s in service("web") %}server {{ s.Address }}:{{ s.Port }} weight={{ s.Weights.Passing }}; # {{ s.Node }} {{ s.ID }} {{ s.Name }} {{ s.Status }} {{ s.NodeAddress }} {{ s.ServiceMeta.version }} {{ s.NodeMeta.rack }}
{% endfor %}`;

type Render = (instances: readonly ServiceInstance[]) => string;

/** Somebody who makes the text. */
interface Renderer {
  readonly role: 'baseline' | 'subject';
  readonly step: string;
  readonly render: Render;
  readonly timesMs: number[];
}

/**
 * An upstream of 1,000 instances with ten fields each, in both languages and in plain JavaScript. Each render has an answer of
 * its own, as a change brings one: what an engine does once for an answer is part of the time.
 */
export function measureRender({ options }: BareSetting): StepOutcome[] {
  const environment = {};
  const go = createGoEngine({
    ...{ environment, clock: systemClock, functions: CONSUL_TEMPLATE_FUNCTIONS },
  });
  const nunjucks = createNunjucksEngine({ searchPath: [], environment, clock: systemClock });
  const renderers: readonly Renderer[] = [
    { role: 'baseline', step: 'in plain JavaScript', render: plain, timesMs: [] },
    { role: 'subject', step: 'in Go', render: rendersWith(go, GO), timesMs: [] },
    { role: 'subject', step: 'in Nunjucks', render: rendersWith(nunjucks, NUNJUCKS), timesMs: [] },
  ];
  for (let round = -WARM_UP_RENDERS; round < options.renders; round++) {
    for (const { render, timesMs } of renderers) {
      const answer = instances(round);
      const startedAt = performance.now();
      const text = render(answer);
      const ms = performance.now() - startedAt;
      if (round >= 0) timesMs.push(ms);
      if (text !== plain(answer)) throw new Error('the languages do not give the same text');
    }
  }
  const base = distribution(renderers[0]?.timesMs ?? []).median;
  return renderers.map(({ role, step, timesMs }) => {
    const delayMs = distribution(timesMs);
    const ratio = role === 'baseline' ? {} : { ratio: delayMs.median / base };
    return { contender: '1,000 instances', role, step, delayMs, ...ratio };
  });
}

function rendersWith(engine: Engine, text: string): Render {
  const template = engine.compile(
    { name: 'bench', text, folder: '/' },
    { strict: true, allowControlCharacters: false },
  );
  return (answer) => {
    const recall = (() => ({ state: 'fresh', value: answer })) as unknown as Recall;
    const { text: rendered, error } = template.render(recall);
    if (rendered === undefined) throw error ?? new Error('there is no text');
    return rendered;
  };
}

function plain(answer: readonly ServiceInstance[]): string {
  return answer
    .map(
      (s) =>
        `server ${s.Address}:${s.Port} weight=${s.Weights.Passing}; # ${s.Node} ${s.ID} ${s.Name} ${s.Status} ${s.NodeAddress} ${s.ServiceMeta.version} ${s.NodeMeta.rack}\n`,
    )
    .join('');
}

function instances(round: number): readonly ServiceInstance[] {
  return freezeValue(
    Array.from({ length: INSTANCES }, (_, at): ServiceInstance => {
      const host = `${Math.floor(at / 250)}.${at % 250}`;
      return {
        ...{ Node: `node-${at}`, NodeID: `n-${at}`, NodeAddress: `10.1.${host}` },
        ...{ NodeDatacenter: 'dc1', NodeTaggedAddresses: { lan: `10.1.${host}` } },
        NodeMeta: { rack: `r${at % 40}` },
        ServiceMeta: { version: `1.${round}` },
        ...{ Address: `10.2.${host}`, ServiceTaggedAddresses: {}, ID: `web-${at}`, Name: 'web' },
        ...{ Tags: ['edge', 'v2'], Checks: [], Status: 'passing', Port: 8000 + at },
        Weights: { Passing: 1, Warning: 1 },
      };
    }),
  );
}
