import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal, type HttpAnswer } from './answers.ts';

/** One thing that can be asked. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** Paths that mean it; a segment in capitals stands for any one: `/v1/jobs/NAME/stop`. */
  readonly paths: readonly string[];
  /** What it does, for the reference: a phrase. */
  readonly summary: string;
  /** Throws a Refusal where it cannot be done. Undefined: it has taken the response into its own hands. */
  readonly answer: (exchange: Exchange) => Promise<HttpAnswer | undefined> | HttpAnswer;
}

/** A request to a route. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** What stood in the place of the capitals, decoded. */
  readonly segments: Readonly<Record<string, string>>;
}

/** A route that was found. */
export interface FoundRoute {
  readonly route: Route;
  /** The path as the route has it: names in place of what anybody may write. */
  readonly path: string;
  readonly segments: Readonly<Record<string, string>>;
}

/** Finds what a request asks for. Throws a Refusal: 404 with the paths that are known, 405 with the methods that are allowed. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  target: string,
): FoundRoute | Refusal {
  const path = target.replace(/[?#].*$/s, '').replace(/(?<=.)\/$/, '');
  const found = routes.flatMap((route) => matches(route, path));
  if (found.length === 0) {
    const known = routes.flatMap((route) => route.paths.map((one) => `${route.method} ${one}`));
    return new Refusal(404, `there is nothing at ${printable(path)}`, { facts: { known } });
  }
  const asked = method === 'HEAD' ? 'GET' : method;
  const right = found.find(({ route }) => route.method === asked);
  if (right !== undefined) return right;
  const allowed = [...new Set(found.map(({ route }) => route.method))].flatMap((one) =>
    one === 'GET' ? ['GET', 'HEAD'] : [one],
  );
  return new Refusal(405, `${printable(path)} is asked by ${allowed.join(' or ')}`, {
    headers: { allow: allowed.join(', ') },
  });
}

/** The path of a request in its route's own form, for a metric: one that is unknown must not become a label of its own. */
export function routePath(found: FoundRoute | Refusal): string {
  return found instanceof Refusal ? 'unknown' : found.path;
}

function matches(route: Route, path: string): FoundRoute[] {
  const parts = path.split('/');
  return route.paths.flatMap((pattern) => {
    const wanted = pattern.split('/');
    if (wanted.length !== parts.length) return [];
    const segments: Record<string, string> = {};
    for (const [index, name] of wanted.entries()) {
      const part = parts[index] ?? '';
      if (!/^[A-Z]+$/.test(name)) {
        if (name !== part) return [];
        continue;
      }
      const decoded = decode(part);
      if (decoded === undefined || decoded === '') return [];
      segments[name] = decoded;
    }
    return [{ route, path: pattern, segments }];
  });
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function printable(path: string): string {
  const short = path.length > 100 ? `${path.slice(0, 100)}…` : path;
  return JSON.stringify(short);
}
