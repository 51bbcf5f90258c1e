// A service that knows nothing of any catalog: whoever supervises it registers it. NAME, PORT and INSTANCE say what it is.
import { createServer } from 'node:http';

const { NAME = 'sales', PORT = '3000', INSTANCE = `${NAME}-1` } = process.env;

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json');
  response.end(`${JSON.stringify({ service: NAME, instance: INSTANCE })}\n`);
});
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), '127.0.0.1', () => console.log(`${INSTANCE} listens on ${PORT}`));
process.on('SIGTERM', () => {
  // Requests under way are answered; connections that are idle are not waited for.
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
