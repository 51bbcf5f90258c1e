/** One metric of ours: what is registered, and what the reference page lists. */
export interface MetricRow {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
}

function row<Type extends MetricRow['type']>(
  type: Type,
  name: string,
  labels: readonly string[],
  help: string,
): MetricRow & { readonly type: Type } {
  return { name, type, labels, help };
}

/**
 * All metrics that are served beside the user's own. Labels come from the config or from a list of ours, never from the catalog or
 * a request: their number is bounded.
 */
export const METRICS = {
  build: row('gauge', 'autotmpl_build_info', ['version', 'node'], 'Always 1; the labels say it.'),
  ready: row('gauge', 'autotmpl_ready', [], 'Whether /readyz says yes.'),
  maintenance: row('gauge', 'autotmpl_maintenance', [], 'Whether maintenance is on.'),
  leader: row('gauge', 'autotmpl_leader', [], 'Whether the election is won; 0 without one.'),

  jobState: row(
    'gauge',
    'autotmpl_job_state',
    ['job', 'state'],
    '1 for the state that a job is in; other states are absent.',
  ),
  jobHealthy: row(
    'gauge',
    'autotmpl_job_healthy',
    ['job'],
    'Whether a job runs and its last check passed; without a check, whether it runs.',
  ),
  jobRestarts: row('gauge', 'autotmpl_job_restarts', ['job'], 'How often a job was run again.'),
  jobExits: row(
    'counter',
    'autotmpl_job_exits_total',
    ['job', 'how'],
    'Processes of a job that ended; how: success, failed, signal, or notStarted.',
  ),
  checks: row(
    'counter',
    'autotmpl_checks_total',
    ['job', 'status'],
    'Health checks that ended, by what they found: passing, warning, critical.',
  ),
  checkTimeouts: row(
    'counter',
    'autotmpl_check_timeouts_total',
    ['job'],
    'Health checks whose time was up.',
  ),
  checkSeconds: row(
    'histogram',
    'autotmpl_check_duration_seconds',
    ['job'],
    'How long health checks took.',
  ),
  serviceRegistered: row(
    'gauge',
    'autotmpl_service_registered',
    ['service', 'id'],
    'Whether an entry of ours is in the catalog.',
  ),
  watchInstances: row(
    'gauge',
    'autotmpl_watch_instances',
    ['watch'],
    'Instances that a watch sees.',
  ),
  events: row(
    'counter',
    'autotmpl_events_total',
    ['code', 'source'],
    'Events that jobs may wait for.',
  ),
  signals: row(
    'counter',
    'autotmpl_signals_total',
    ['signal', 'action'],
    'Signals that came, and what was done.',
  ),
  lockHeld: row('gauge', 'autotmpl_lock_held', ['key'], 'Whether a lock is ours.'),

  targets: row('gauge', 'autotmpl_targets', ['state'], 'Files: current, waiting, failing, held.'),
  targetRenders: row(
    'counter',
    'autotmpl_target_renders_total',
    ['target'],
    'How often the template of a file ran.',
  ),
  targetWrites: row(
    'counter',
    'autotmpl_target_writes_total',
    ['target'],
    'How often a file was replaced.',
  ),
  targetLeftOut: row(
    'gauge',
    'autotmpl_target_left_out',
    ['target'],
    'Instances that a file leaves out, since their address or port is none.',
  ),
  targetFailures: row(
    'counter',
    'autotmpl_target_failures_total',
    ['target'],
    'How often a template failed, or its file could not be written.',
  ),
  targetHeld: row(
    'gauge',
    'autotmpl_target_held',
    ['target', 'by'],
    '1 while something keeps a file as it is: guard, check, group, rollback.',
  ),
  guardVerdicts: row(
    'counter',
    'autotmpl_guard_verdicts_total',
    ['target', 'guard', 'result'],
    'How often a guard looked at new data: passed, objected.',
  ),
  guardObjections: row(
    'counter',
    'autotmpl_guard_objections_total',
    ['target', 'guard'],
    'How often a guard began to object.',
  ),
  targetReleases: row(
    'counter',
    'autotmpl_target_releases_total',
    ['target', 'by'],
    'How often a held file was released: by data, time, operator.',
  ),
  targetWrittenAt: row(
    'gauge',
    'autotmpl_target_last_write_timestamp_seconds',
    ['target'],
    'When a file was last replaced.',
  ),
  targetsDegraded: row(
    'gauge',
    'autotmpl_targets_degraded',
    [],
    'Files that are made of answers kept on disk, until the catalog answers.',
  ),
  keptAnswerAge: row(
    'gauge',
    'autotmpl_kept_answer_age_seconds',
    [],
    'How old the oldest kept answer is that a file is made of; 0 without any.',
  ),
  targetDrifts: row(
    'counter',
    'autotmpl_target_drifts_total',
    ['target', 'restored'],
    'How often somebody else changed a file; restored: it was put back.',
  ),
  targetsDrifted: row(
    'gauge',
    'autotmpl_targets_drifted',
    [],
    'Files that somebody else changed and that are so still.',
  ),
  queries: row(
    'gauge',
    'autotmpl_queries',
    ['state'],
    'Watched queries: fresh, held, suspect (the answer is not believed), unanswered.',
  ),
  connections: row(
    'gauge',
    'autotmpl_connections',
    ['server', 'protocol'],
    "Connections that are open to the catalog's server, whatever for.",
  ),
  connectionsLimit: row(
    'gauge',
    'autotmpl_connections_limit',
    ['server', 'protocol'],
    'No more connections than this are ever open to it.',
  ),
  requestsUnderWay: row(
    'gauge',
    'autotmpl_requests_under_way',
    ['server', 'protocol'],
    "Requests at the catalog's server, most of them waiting there; with HTTP/2 many share a connection.",
  ),
  queriesVisited: row(
    'gauge',
    'autotmpl_queries_visited',
    ['server', 'when'],
    'Queries that are read every few seconds (rounds), or when any service changes (change).',
  ),
  keysTogether: row(
    'gauge',
    'autotmpl_keys_read_together',
    ['server'],
    'Queries for keys that watches of prefixes answer.',
  ),
  prefixWatches: row(
    'gauge',
    'autotmpl_prefix_watches',
    ['server'],
    'Watches of prefixes that answer queries for keys.',
  ),
  queryChanges: row(
    'counter',
    'autotmpl_query_changes_total',
    [],
    'New values from the catalog, of all queries.',
  ),
  queryTroubles: row(
    'counter',
    'autotmpl_query_troubles_total',
    [],
    'How often the catalog stopped answering a query.',
  ),
  queryDoubts: row(
    'counter',
    'autotmpl_query_doubts_total',
    [],
    'How often an answer of the catalog was not believed.',
  ),
  commands: row(
    'counter',
    'autotmpl_commands_total',
    ['result'],
    'Commands of files that ended: ok, failed.',
  ),
  commandSeconds: row(
    'histogram',
    'autotmpl_command_duration_seconds',
    [],
    'How long commands of files took.',
  ),
  reloadsOwed: row(
    'gauge',
    'autotmpl_reloads_owed',
    [],
    'Commands that failed last: files are newer than what runs.',
  ),
  reloadsWaiting: row(
    'gauge',
    'autotmpl_reloads_waiting',
    [],
    'Commands that wait for their turn among the hosts.',
  ),
  rollbacks: row(
    'counter',
    'autotmpl_target_rollbacks_total',
    ['target'],
    'How often the last good file was put back.',
  ),
  probes: row(
    'counter',
    'autotmpl_probes_total',
    ['result'],
    'Probes that followed commands of files: ok, failed.',
  ),
  reloads: row(
    'counter',
    'autotmpl_reloads_total',
    ['result'],
    'Reloads of the config: taken, refused.',
  ),
  sensorFailures: row(
    'counter',
    'autotmpl_sensor_failures_total',
    ['sensor'],
    'Commands of sensors that failed or printed no number.',
  ),
  controlRequests: row(
    'counter',
    'autotmpl_control_requests_total',
    ['code', 'path'],
    'Requests at the control socket, the path as its route has it.',
  ),

  containerpilotEvents: row(
    'counter',
    'containerpilot_events',
    ['code', 'source'],
    "autotmpl_events_total by ContainerPilot's name.",
  ),
  containerpilotRequests: row(
    'counter',
    'containerpilot_control_http_requests',
    ['code', 'path'],
    "autotmpl_control_requests_total by ContainerPilot's name.",
  ),
  containerpilotInstances: row(
    'gauge',
    'containerpilot_watch_instances',
    ['service'],
    "autotmpl_watch_instances by ContainerPilot's name.",
  ),

  processCpu: row('counter', 'process_cpu_seconds_total', [], 'CPU time, user and system.'),
  processMemory: row('gauge', 'process_resident_memory_bytes', [], 'Resident memory.'),
  processStart: row(
    'gauge',
    'process_start_time_seconds',
    [],
    'When the program began, since the epoch.',
  ),
  processFiles: row('gauge', 'process_open_fds', [], 'Open file descriptors; Linux only.'),
  heapUsed: row('gauge', 'nodejs_heap_size_used_bytes', [], 'Heap in use.'),
  heapTotal: row('gauge', 'nodejs_heap_size_total_bytes', [], 'Heap in all.'),
} as const satisfies Readonly<Record<string, MetricRow>>;

/** What a metric is called in {@link METRICS}. */
export type MetricKey = keyof typeof METRICS;
