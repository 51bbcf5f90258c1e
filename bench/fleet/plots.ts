import { barPlot } from '../svg/bars.ts';
import { linePlot } from '../svg/lines.ts';
import { predict } from './predict.ts';
import { WAYS, type FleetResults } from './results.ts';

const SIZES = [100, 300, 1000, 3000, 10_000];
const PLOTTED = WAYS.filter((way) => way !== 'nobody');
const LOADS = ['idle', 'changes'] as const;

/** The plots of a run, by the names of their files. */
export function plotsOf(results: FleetResults): ReadonlyMap<string, string> {
  const changes = results.options.changesPerSecond;
  const requests = linePlot({
    title: `Requests at the leader, ${changes} changes a second`,
    xLabel: 'hosts',
    yLabel: 'requests a second',
    series: PLOTTED.map((way) => ({
      name: way,
      points: SIZES.map((hosts) => {
        const { leader } = predict(results, way, 'changes', hosts);
        // Where there are none, the line runs along the bottom.
        return [hosts, Math.max(0.1, leader.requestsPerSecond)] as const;
      }),
    })),
  });
  const largest = Math.max(...results.options.sizes);
  const bytes = barPlot({
    title: `Bytes at the leader, ${largest.toLocaleString('en')} hosts`,
    yLabel: 'bytes a second',
    groups: ['idle', `${changes} changes a second`],
    series: PLOTTED.map((way) => ({
      name: way,
      values: LOADS.map((load) => predict(results, way, load, largest).leader.bytesPerSecond),
    })),
  });
  return new Map([
    ['fleet-requests.svg', requests],
    ['fleet-bytes.svg', bytes],
  ]);
}
