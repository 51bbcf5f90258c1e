import { nearest } from '../core/nearest.ts';
import { parseDuration } from '../core/duration.ts';
import type { ElectionSettings, JobSettings } from '../supervisor/settings.ts';
import { problemAt, showPlace, type Problem } from './problems.ts';
import type { CheckedDocument } from './read-config.ts';
import { ELECTION_DEFAULTS } from './supervisor-defaults.ts';

/** The election of our own documents: the last one counts. */
export function ownElection(
  documents: readonly CheckedDocument[],
  jobs: readonly JobSettings[],
  origins: Map<string, string>,
): ElectionSettings | undefined {
  const last = lastOf(documents);
  if (last === undefined) return undefined;
  const { content, document } = last;
  for (const key of Object.keys(content)) {
    const place = showPlace(document.file, document.locate(['election', key], 'value'));
    origins.set(`election.${key}`, place);
  }
  const boundTo = content.health === false ? undefined : (content.health ?? checkedJob(jobs));
  return {
    key: content.key,
    ttlMs: parseDuration(content.ttl ?? '') ?? ELECTION_DEFAULTS.ttlMs,
    lockDelayMs: parseDuration(content.lockDelay ?? '') ?? ELECTION_DEFAULTS.lockDelayMs,
    ...(boundTo !== undefined && { boundTo }),
  };
}

/** What is wrong with the job that an election is bound to: without a check it would never be well, and nobody would ever lead. */
export function electionProblems(
  documents: readonly CheckedDocument[],
  jobs: readonly JobSettings[],
): Problem[] {
  const last = lastOf(documents);
  const name = last?.content.health;
  if (last === undefined || name === undefined || name === false) return [];
  const bound = jobs.find((job) => job.name === name);
  if (bound?.health !== undefined) return [];
  const checked = jobs.filter(({ health }) => health !== undefined).map((job) => job.name);
  const close = nearest(name, checked);
  const message =
    bound === undefined
      ? `there is no job ${JSON.stringify(name)}`
      : `${name} has no health check of its own`;
  const suggestion =
    close === undefined
      ? `jobs with a check: ${checked.join(', ') || 'none'}`
      : `did you mean ${close}?`;
  return [problemAt(last.document, ['election', 'health'], 'value', { message, suggestion })];
}

/** The main job, or else the first that is advertised: whoever of them is checked. */
function checkedJob(jobs: readonly JobSettings[]): string | undefined {
  const checked = jobs.filter(({ health }) => health !== undefined);
  const main = checked.find(({ role }) => role === 'main');
  return (main ?? checked.find(({ service }) => service !== undefined))?.name;
}

function lastOf(documents: readonly CheckedDocument[]) {
  const last = documents.findLast(({ content }) => content.election !== undefined);
  const content = last?.content.election;
  return last === undefined || content === undefined
    ? undefined
    : { content, document: last.document };
}
