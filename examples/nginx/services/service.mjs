/**
 * One instance of a service: an HTTP server that registers itself and leaves in good order.
 *
 * PORT (any free one), ADDRESS (this machine's first that others can reach) and INSTANCE (service, host and port) say
 * where it is and what it is called; DRAIN_MS (5000) how long it goes on answering once it has left the catalog.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';

import { Registration } from './consul.mjs';

const DRAIN_MS = Number(process.env.DRAIN_MS ?? 5000);

/** Serves `data` as JSON below /<name>/, until SIGTERM or SIGINT; a second signal does not wait. */
export async function serve(name, data) {
  const address = process.env.ADDRESS ?? ownAddress();
  const server = createServer();
  // Longer than nginx keeps an idle connection: who closes first should not be the one that may be asked any moment.
  server.keepAliveTimeout = 75_000;
  server.listen(Number(process.env.PORT ?? 0), address);
  await once(server, 'listening');

  const { port } = server.address();
  const id = process.env.INSTANCE ?? `${name}-${hostname()}-${port}`;
  let leaving = false;
  server.on('request', (request, response) => {
    const found = request.url === '/health' || request.url.startsWith(`/${name}/`);
    const body = found ? { service: name, instance: id, data } : { error: 'no such page' };
    if (leaving) response.setHeader('Connection', 'close');
    response.writeHead(found ? 200 : 404, { 'Content-Type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });

  const registration = new Registration({ name, id, address, port });
  registration.begin();
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  leaving = true;
  await leave(server, id, registration);
}

/**
 * First out of the catalog, so that nobody new comes; then some time for those who have not heard of it (a reload
 * takes its moment, and nginx's old workers finish what they began); only then the end.
 */
async function leave(server, id, registration) {
  try {
    await registration.end();
    console.log(`${id}: deregistered, draining for ${DRAIN_MS} ms`);
  } catch (error) {
    console.error(`${id}: could not deregister: ${error.message}`);
  }
  await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
  // Takes no new connection, closes the idle ones, and waits for the requests under way.
  server.close();
  await once(server, 'close');
  console.log(`${id}: bye`);
}

function ownAddress() {
  const addresses = Object.values(networkInterfaces()).flat();
  const reachable = addresses.find(({ family, internal }) => family === 'IPv4' && !internal);
  return reachable?.address ?? '127.0.0.1';
}
