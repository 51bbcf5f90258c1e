/** What all plots are drawn with: words, colours, lines. They are read on light and on dark pages. */

export const WIDTH = 760;
export const LEFT = 80;
export const RIGHT = 190;
export const TOP = 50;
export const INNER_WIDTH = WIDTH - LEFT - RIGHT;
/** Of the plots that have axes. */
export const HEIGHT = 420;
export const BOTTOM = 60;
export const INNER_HEIGHT = HEIGHT - TOP - BOTTOM;

/** Told apart by people who see fewer colours, too, and on both grounds. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];
/** Of an aim, and of the words beside it. */
const AIM = '#c8102e';

const STYLE = [
  '<style>',
  '@media (prefers-color-scheme: dark) {',
  '  .ground { fill: #16181d } text { fill: #e4e4e4 } .rule { stroke: #444444 } .aim { stroke: #ff6b7d } text.aim { fill: #ff6b7d; stroke: none }',
  '}',
  '</style>',
].join('\n');

/** An aim, drawn as a broken line with its words. */
export interface Limit {
  readonly value: number;
  readonly words: string;
}

/** A whole plot of its parts. */
export function picture(
  title: string,
  subtitle: string,
  parts: readonly string[],
  height = HEIGHT,
) {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    STYLE,
    `<rect class="ground" width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(LEFT, 24, title, 'start', 15),
    text(LEFT, 42, subtitle, 'start', 11),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Names with their colours, to the right of the plot. */
export function legend(names: readonly string[]): string[] {
  return names.map((name, at) => {
    const y = TOP + 12 + at * 20;
    const x = WIDTH - RIGHT + 16;
    return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour(at)}"/>${text(x + 16, y, name, 'start')}`;
  });
}

/** A line across at a share of the height, with its number. */
export function rule(share: number, value: number): string {
  const y = round(bottomUp(share));
  return `<line class="rule" x1="${LEFT}" x2="${LEFT + INNER_WIDTH}" y1="${y}" y2="${y}" stroke="#dddddd"/>${text(LEFT - 8, y + 4, short(value), 'end')}`;
}

/** An aim across the plot at a share of its height. */
export function limitAcross(share: number, words: string): string {
  const y = round(bottomUp(share));
  // Inside of the plot, where no name stands.
  const beside = share > 0.9 ? y + 14 : y - 5;
  return broken(LEFT, y, LEFT + INNER_WIDTH, y) + aimText(LEFT + 6, beside, words, 'start');
}

/** A broken line in the colour of aims. */
export function broken(x1: number, y1: number, x2: number, y2: number): string {
  return `<line class="aim" x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${AIM}" stroke-dasharray="5 3" stroke-width="2"/>`;
}

/** Words in the colour of aims. */
function aimText(x: number, y: number, words: string, anchor: string): string {
  return `<text class="aim" x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="11" fill="${AIM}">${escaped(words)}</text>`;
}

/** Under the axis. */
export function label(x: number, words: string): string {
  return text(x, HEIGHT - BOTTOM + 20, words, 'middle');
}

/** Words at a place. */
export function text(x: number, y: number, words: string, anchor: string, size = 12): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="#222222">${escaped(words)}</text>`;
}

/** Where a share of the height is, counted from the axis up. */
export function bottomUp(share: number): number {
  return TOP + INNER_HEIGHT * (1 - share);
}

/** The colour of the series at this place. */
export function colour(at: number): string {
  return COLOURS[at % COLOURS.length] ?? '#222222';
}

/** `0.05`, `12`, `1.2k`, `35M`. */
export function short(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
  }
  return String(Number(value.toPrecision(3)));
}

/** The next of these steps in its decade; 1 where there is nothing. */
export function ceiling(value: number, steps: readonly number[] = [1, 2, 5]): number {
  if (value === 0) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return steps.map((step) => step * decade).find((step) => step >= value) ?? 10 * decade;
}

export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
