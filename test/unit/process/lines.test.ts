import { describe, expect, it } from 'vitest';
import { LineCutter } from '../../../src/process/lines.ts';
import { OutputBudget } from '../../../src/process/output-budget.ts';

function cut(...chunks: (string | Buffer)[]): string[] {
  const lines: string[] = [];
  const cutter = new LineCutter((bytes) => lines.push(bytes.toString()));
  for (const chunk of chunks) cutter.push(Buffer.from(chunk as string));
  cutter.end();
  return lines;
}

describe('LineCutter', () => {
  it.each<[string, (string | Buffer)[], string[]]>([
    ['whole lines', ['a\nb\n'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['a line over several chunks', ['a', 'b', 'c\nd'], ['abc', 'd']],
    ['lines that end with CR LF, in two chunks, too', ['a\r\nb\r', '\nc'], ['a', 'b', 'c']],
    ['a character over two chunks', [Buffer.from([0xc3]), Buffer.from([0xa4, 0x0a])], ['ä']],
    ['bytes that are no UTF-8', [Buffer.from([0x61, 0xff, 0x0a])], ['a\ufffd']],
    ['nothing', [''], []],
  ])('cuts %s', (_what, chunks, lines) => {
    expect(cut(...chunks)).toEqual(lines);
  });

  it('cuts a long line into pieces of 8 KiB, never through a character', () => {
    const text = `x${'ä'.repeat(10_000)}`;
    const pieces = cut(text.slice(0, 3000), text.slice(3000));
    expect(pieces.map((piece) => Buffer.byteLength(piece))).toEqual([8191, 8192, 3618]);
    expect(pieces.join('')).toBe(text);
    expect(cut(Buffer.alloc(20_000, 0x80)).map((piece) => piece.length)).toEqual([
      8192, 8192, 3616,
    ]);
  });
});

describe('OutputBudget', () => {
  function spend(push: (output: OutputBudget) => void) {
    const lines: string[] = [];
    const output = new OutputBudget((stream, line) => lines.push(`${stream}: ${line}`));
    push(output);
    output.close();
    return { lines, tail: output.tail, droppedLines: output.droppedLines };
  }

  it('hands on the lines of both streams, the unfinished ones at the end', () => {
    const { lines, tail, droppedLines } = spend((output) => {
      output.push('stdout', Buffer.from('a\nb'));
      output.push('stderr', Buffer.from('c\n'));
    });
    expect(lines).toEqual(['stdout: a', 'stderr: c', 'stdout: b']);
    expect(tail).toEqual(['a', 'c', 'b']);
    expect(droppedLines).toBe(0);
  });

  it('counts what comes after 500 lines, and keeps the last 20', () => {
    const { lines, tail, droppedLines } = spend((output) => {
      for (let at = 1; at <= 533; at += 1) output.push('stdout', Buffer.from(`line ${at}\n`));
    });
    expect(lines).toHaveLength(500);
    expect(droppedLines).toBe(33);
    expect(tail).toEqual(Array.from({ length: 20 }, (_, at) => `line ${at + 514}`));
  });

  it('counts what comes after 256 KiB, shorter lines too', () => {
    const { lines, droppedLines, tail } = spend((output) => {
      const line = `${'x'.repeat(5000)}\n`;
      for (let at = 0; at < 53; at += 1) output.push('stdout', Buffer.from(line));
      output.push('stdout', Buffer.from('short\n'));
    });
    expect(lines).toHaveLength(52);
    expect(droppedLines).toBe(2);
    expect(tail.at(-1)).toBe('short');
  });

  it('keeps a tail that later chunks do not change', () => {
    const { tail } = spend((output) => {
      const chunk = Buffer.from('first\n');
      output.push('stdout', chunk);
      chunk.fill('!');
    });
    expect(tail).toEqual(['first']);
  });
});
