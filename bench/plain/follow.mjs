// node follow.mjs ORIGIN PREFIX FILE: follows a prefix by blocking queries, one after the other without any pause, and writes what
// is below it into a file each time. What a program without a pace does in a storm.
import { renameSync, writeFileSync } from 'node:fs';

import { PlainAgent, textOf } from './agent.mjs';

const [origin, prefix, file] = process.argv.slice(2);
const agent = new PlainAgent(origin, 1);
process.on('SIGINT', () => process.exit(0));

for (let index = '0'; ;) {
  const reply = await agent.read(`/v1/kv/${prefix}?recurse&wait=60s&index=${index}`);
  const lines = reply.value.map((entry) => `${entry.Key}=${textOf(entry)}\n`);
  writeFileSync(`${file}.new`, lines.join(''));
  renameSync(`${file}.new`, file);
  index = reply.index;
}
