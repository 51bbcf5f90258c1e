// What the plain programs of the bench, which ours is compared with, talk to an agent with: Node's http and nothing else.
import { Agent, request } from 'node:http';

/** Asks over connections that stay open. */
export class PlainAgent {
  #origin;
  #connections;

  constructor(origin, connections) {
    this.#origin = origin;
    this.#connections = new Agent({ keepAlive: true, maxSockets: connections });
  }

  /** The parsed answer of a question, with its index. */
  read(path) {
    return new Promise((resolve, reject) => {
      const asked = request(this.#origin + path, { agent: this.#connections }, (response) => {
        const chunks = [];
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode !== 200) reject(new Error(`${path}: ${response.statusCode}`));
          else resolve({ value: JSON.parse(text), index: response.headers['x-consul-index'] });
        });
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  close() {
    this.#connections.destroy();
  }
}

/** The text of a key's value. */
export function textOf(entry) {
  return Buffer.from(entry.Value ?? '', 'base64').toString();
}
