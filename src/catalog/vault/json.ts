import { ShapeError } from '../http/shapes.ts';

const TEXT_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * Parses a body; an empty one gives undefined. A number that JavaScript would print otherwise than it stands there (too long to
 * be exact, `1.0`, `1e3`) becomes the text that stands there: a secret is somebody's to the last digit.
 */
export function parseExactJson(body: Buffer): unknown {
  const text = body.toString('utf8');
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(
      text.replace(TEXT_OR_NUMBER, (found) =>
        found.startsWith('"') || String(Number(found)) === found ? found : `"${found}"`,
      ),
    ) as unknown;
  } catch {
    throw new ShapeError('the body is not JSON');
  }
}
