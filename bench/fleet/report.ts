import { describeMachine, figure, table } from '../report/table.ts';
import { requestsOnPaper } from './paper.ts';
import type { FleetResults, Prediction, Reading } from './results.ts';

/** The results as text for a terminal. */
export function report(results: FleetResults): string {
  const { machine, version, options, readings, predictions } = results;
  const { services, instances, keys } = results.facts;
  return [
    `autotmpl ${version}, ${describeMachine(machine)}`,
    `each program: ${services} services of ${instances} instances, ${keys} key; a wait of ${options.waitMs / 1000} s, ${options.changesPerSecond} changes a second`,
    readingTable(results, readings),
    predictionTable(predictions),
    '',
  ].join('\n\n');
}

function readingTable({ facts, options }: FleetResults, readings: readonly Reading[]): string {
  const head = [
    ...['measured', 'programs', 'news/s', 'HTTP req/s', 'HTTP kB/s', 'HTTP conns'],
    ...['RPC/s', 'on paper', 'RPC kB/s', 'passed on/s', 'leader RPC/s', ''],
  ];
  const rows = readings.map((reading) => {
    const { way, load, programs, toAgents, toServers, betweenServers } = reading;
    const paper = requestsOnPaper(way, load, { ...facts, ...options, programs });
    return [
      `${way}, ${load}`,
      String(programs),
      figure(reading.newsPerSecond, 1),
      figure(toAgents.requestsPerSecond, 1),
      kilobytes(toAgents.bytesPerSecond),
      String(toAgents.connections),
      figure(toServers.requestsPerSecond, 1),
      figure(paper, 1),
      kilobytes(toServers.bytesPerSecond),
      figure(betweenServers.requestsPerSecond, 1),
      figure(reading.servers.find(({ leads }) => leads)?.requestsPerSecond, 1),
      '',
    ];
  });
  return table(head, rows);
}

function predictionTable(predictions: readonly Prediction[]): string {
  const head = [
    ...['extrapolated', 'hosts', 'leader req/s', 'leader kB/s', 'follower req/s'],
    ...['follower kB/s', 'connections', ''],
  ];
  const rows = predictions.map(({ way, load, hosts, leader, follower }) => [
    `${way}, ${load}`,
    String(hosts),
    figure(leader.requestsPerSecond, 1),
    kilobytes(leader.bytesPerSecond),
    figure(follower.requestsPerSecond, 1),
    kilobytes(follower.bytesPerSecond),
    figure(leader.connections, 0),
    '',
  ]);
  return table(head, rows);
}

function kilobytes(bytes: number): string {
  return figure(bytes / 1000, bytes < 100_000 ? 1 : 0);
}
