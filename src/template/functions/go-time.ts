/** The pieces of a layout, longest first where one begins like another (https://pkg.go.dev/time#pkg-constants). */
const PIECES = new RegExp(
  [
    'January|Jan(?![a-z])',
    'Monday|Mon(?![a-z])',
    'MST',
    '2006|__2|_2(?!006)',
    '002|0[1-6]|15|[1-5]',
    'PM|pm',
    '[-Z]07(?::00:00|0000|:00|00)?',
    '[.,](?:0+|9+)(?!\\d)',
  ].join('|'),
  'g',
);

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
const DAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** Writes a time (milliseconds since the epoch) in UTC the way Go's `Time.Format` does. */
export function formatGoTime(timeMs: number, layout: string): string {
  const time = new Date(timeMs);
  return layout.replace(PIECES, (piece) => writePiece(time, piece));
}

function writePiece(time: Date, piece: string): string {
  const fixed = WRITERS[piece];
  if (fixed !== undefined) return fixed(time);
  const first = piece[0];
  if (first === 'Z') return 'Z';
  if (first === '-') return piece.replace('07', '00').replace('-', '+');
  return writeFraction(time, piece);
}

const WRITERS: Readonly<Record<string, (time: Date) => string>> = {
  January: (time) => MONTHS[time.getUTCMonth()] ?? '',
  Jan: (time) => (MONTHS[time.getUTCMonth()] ?? '').slice(0, 3),
  Monday: (time) => DAYS[time.getUTCDay()] ?? '',
  Mon: (time) => (DAYS[time.getUTCDay()] ?? '').slice(0, 3),
  MST: () => 'UTC',
  '2006': (time) => padded(time.getUTCFullYear(), 4),
  '06': (time) => padded(time.getUTCFullYear() % 100),
  '01': (time) => padded(time.getUTCMonth() + 1),
  '1': (time) => String(time.getUTCMonth() + 1),
  '02': (time) => padded(time.getUTCDate()),
  '2': (time) => String(time.getUTCDate()),
  _2: (time) => String(time.getUTCDate()).padStart(2),
  '002': (time) => padded(dayOfYear(time), 3),
  __2: (time) => String(dayOfYear(time)).padStart(3),
  '15': (time) => padded(time.getUTCHours()),
  '03': (time) => padded(twelveHours(time)),
  '3': (time) => String(twelveHours(time)),
  '04': (time) => padded(time.getUTCMinutes()),
  '4': (time) => String(time.getUTCMinutes()),
  '05': (time) => padded(time.getUTCSeconds()),
  '5': (time) => String(time.getUTCSeconds()),
  PM: (time) => (time.getUTCHours() < 12 ? 'AM' : 'PM'),
  pm: (time) => (time.getUTCHours() < 12 ? 'am' : 'pm'),
};

/** `.000` always writes its digits; `.999` leaves trailing zeros out, and the point where nothing is left. */
function writeFraction(time: Date, piece: string): string {
  const digits = padded(time.getUTCMilliseconds(), 3)
    .padEnd(piece.length - 1, '0')
    .slice(0, piece.length - 1);
  if (piece[1] === '0') return `${piece[0]}${digits}`;
  const kept = digits.replace(/0+$/, '');
  return kept === '' ? '' : `${piece[0]}${kept}`;
}

function dayOfYear(time: Date): number {
  const start = Date.UTC(time.getUTCFullYear(), 0, 1);
  const day = Date.UTC(time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate());
  return (day - start) / 86_400_000 + 1;
}

function twelveHours(time: Date): number {
  return time.getUTCHours() % 12 || 12;
}

function padded(number: number, width = 2): string {
  return String(number).padStart(width, '0');
}
