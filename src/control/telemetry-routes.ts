import { jsonAnswer, textAnswer } from './answers.ts';
import type { Controlled } from './controlled.ts';
import type { Metrics } from './metrics.ts';
import { reasonsAgainstReadiness } from './readiness.ts';
import type { Route } from './routes.ts';
import { publicStatus, statusReport, type Identity } from './status-report.ts';

/** What is served to machines that look; nothing can be changed there. */
export function telemetryRoutes(
  controlled: Controlled,
  identity: Identity,
  metrics: Metrics,
): readonly Route[] {
  return [
    {
      method: 'GET',
      paths: ['/metrics'],
      summary: "metrics in Prometheus' text format",
      answer: async () => ({
        status: 200,
        body: await metrics.text(),
        contentType: metrics.contentType,
      }),
    },
    {
      method: 'GET',
      paths: ['/status'],
      summary: "how everything stands, as JSON in ContainerPilot 3's shape and more",
      answer: () => jsonAnswer(publicStatus(statusReport(controlled, identity))),
    },
    {
      method: 'GET',
      paths: ['/healthz'],
      summary: '200 while the program lives',
      answer: () => textAnswer('ok\n'),
    },
    {
      method: 'GET',
      paths: ['/readyz'],
      summary: '200 when it is ready, else 503 and a JSON object a line that says why',
      answer: () => {
        const reasons = reasonsAgainstReadiness(controlled);
        if (reasons.length === 0) return textAnswer('ok\n');
        const lines = reasons.map((reason) => `${JSON.stringify({ reason })}\n`);
        return { status: 503, body: lines.join(''), contentType: 'application/x-ndjson' };
      },
    },
  ];
}
