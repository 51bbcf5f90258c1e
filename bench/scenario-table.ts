import type { ScenarioName } from './options.ts';
import type { ScenarioResults } from './results.ts';
import { measureChange } from './scenarios/change.ts';
import { measureCritical } from './scenarios/critical.ts';
import { measureFlat } from './scenarios/flat.ts';
import { measureForms } from './scenarios/forms.ts';
import { measureGrowth } from './scenarios/growth.ts';
import { measureIdle } from './scenarios/idle.ts';
import { measureInstances } from './scenarios/instances.ts';
import { measureJobs } from './scenarios/jobs.ts';
import { measureMany } from './scenarios/many.ts';
import { measureOnce } from './scenarios/once.ts';
import { measureRender } from './scenarios/render.ts';
import { measureScales } from './scenarios/scale.ts';
import type { BareSetting, Setting } from './scenarios/setting.ts';
import { measureStart } from './scenarios/start.ts';
import { measureStorm } from './scenarios/storm.ts';

/** Measures one scenario, on an agent that it is given or on agents of its own. */
export type Scenario =
  | { readonly measure: (setting: Setting) => Promise<ScenarioResults> }
  | { readonly measureApart: (setting: BareSetting) => Promise<ScenarioResults> };

/** How each scenario is measured. */
export const SCENARIO_TABLE: Readonly<Record<ScenarioName, Scenario>> = {
  change: { measure: async (setting) => ({ change: await measureChange(setting) }) },
  once: { measure: async (setting) => ({ once: await measureOnce(setting) }) },
  idle: {
    measure: async (setting) => ({
      idle: { windowMs: setting.options.idleWindowMs, outcomes: await measureIdle(setting) },
    }),
  },
  start: { measure: async (setting) => ({ start: await measureStart(setting) }) },
  jobs: {
    measure: async (setting) => ({
      jobs: { windowMs: setting.options.idleWindowMs, outcomes: await measureJobs(setting) },
    }),
  },
  critical: { measure: async (setting) => ({ critical: await measureCritical(setting) }) },
  instances: { measure: async (setting) => ({ instances: await measureInstances(setting) }) },
  render: { measureApart: async (setting) => ({ render: measureRender(setting) }) },
  many: { measure: async (setting) => ({ many: await measureMany(setting) }) },
  scale: { measureApart: async (setting) => ({ scale: await measureScales(setting) }) },
  growth: { measureApart: async (setting) => ({ growth: await measureGrowth(setting) }) },
  storm: { measureApart: async (setting) => ({ storm: await measureStorm(setting) }) },
  flat: { measureApart: async (setting) => ({ flat: await measureFlat(setting) }) },
  forms: { measure: async (setting) => ({ forms: await measureForms(setting) }) },
};
