// node once.mjs ORIGIN PREFIX COUNT FOLDER: reads so many keys and writes each into a file, sixteen at a time, with no template, no
// check and no care. What any program does that renders once.
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { PlainAgent, textOf } from './agent.mjs';

const AT_ONCE = 16;
const [origin, prefix, count, folder] = process.argv.slice(2);
const agent = new PlainAgent(origin, AT_ONCE);
let next = 0;

async function work() {
  while (next < Number(count)) {
    const at = next++;
    const { value } = await agent.read(`/v1/kv/${prefix}/${at}`);
    const file = join(folder, `${at}.txt`);
    await writeFile(`${file}.new`, textOf(value[0]));
    await rename(`${file}.new`, file);
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
agent.close();
