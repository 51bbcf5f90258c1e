/** Quoting for configuration files: one complete word, whatever it holds, or an error where the target has no way to say it. */
import { cannot, takePrintable } from './arguments.ts';

/** Control characters: C0, DEL and C1. */
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;

/**
 * One parameter of an nginx directive: bare where every character is harmless, else in double quotes. Stands between
 * white space and white space or `;`, never inside quotes of the template's own, nor in the code of `*_by_lua` or `njs`.
 * It quotes, it does not judge: what a directive makes of a leading `~` or of `unix:` stays its business.
 *
 * Refused: control characters, and `$`, which begins a variable even in quotes and has no escape; also what is longer
 * than nginx reads as one parameter (4095 bytes).
 * Source: `ngx_conf_read_token` and `NGX_CONF_BUFFER` in src/core/ngx_conf_file.c of nginx.
 */
export function nginx(text: unknown): string {
  const value = takePrintable('nginx', 'text', text);
  refuseControl('nginx', value);
  if (value.includes('$')) {
    throw cannot('nginx', 'the text holds "$", which begins a variable in nginx and has no escape');
  }
  const token = /^[A-Za-z0-9_.:/@%+=,*?-]+$/.test(value)
    ? value
    : `"${value.replace(/[\\"]/g, '\\$&')}"`;
  if (Buffer.byteLength(token) > 4095) {
    throw cannot('nginx', 'the text is longer than nginx reads as one parameter (4095 bytes)');
  }
  return token;
}

/**
 * One word of an HAProxy line: bare where every character is harmless, else in single quotes, in which nothing is
 * special (a single quote in the text is written outside them, with a backslash). Stands between spaces. Inside the
 * arguments of a sample fetch or converter, `name(…)`, HAProxy takes quotes apart a second time: not for there.
 *
 * Refused: control characters, and empty text, at which HAProxy stops reading a line.
 * Source: section 2.2, "Quoting and escaping", of the HAProxy configuration manual.
 */
export function haproxy(text: unknown): string {
  const value = takePrintable('haproxy', 'text', text);
  refuseControl('haproxy', value);
  if (value === '') throw cannot('haproxy', 'the text is empty, and HAProxy has no empty words');
  return /^[A-Za-z0-9_.:/@+=,-]+$/.test(value) ? value : singleQuoted(value);
}

/**
 * One word of a POSIX shell, always in single quotes. Stands where a word stands, also behind `NAME=`; never inside
 * quotes or a here-document of the template's own. Line ends are legal in it and kept.
 *
 * Refused: the NUL character, which no shell can hold.
 * Source: POSIX.1-2017, Shell Command Language, 2.2.2.
 */
export function shell(text: unknown): string {
  const value = takePrintable('shell', 'text', text);
  if (value.includes('\0')) throw cannot('shell', 'the text holds a NUL character');
  return singleQuoted(value);
}

/**
 * The value of an INI entry, behind `=`: bare where every character is harmless for all readers, else in double quotes,
 * which MySQL, PHP, git and most others take off again (Python's configparser keeps them).
 *
 * Refused, since INI readers agree on no escape: control characters, `"` and `\`, and the beginnings of interpolation,
 * `${` and `%(`.
 */
export function ini(text: unknown): string {
  const value = takePrintable('ini', 'text', text);
  refuseControl('ini', value);
  if (/["\\]|\$\{|%\(/.test(value)) {
    throw cannot(
      'ini',
      'the text holds a double quote, a backslash, "${" or "%(", which INI readers take differently',
    );
  }
  return /^[A-Za-z0-9_.:/@,+*-]+(?: +[A-Za-z0-9_.:/@,+*-]+)*$/.test(value) ? value : `"${value}"`;
}

/**
 * One item of a systemd unit's `Environment=` (the whole `NAME=value`: `Environment={{ ("A=" ~ a) | systemd }}`) or of
 * another setting that takes quoted words: always in double quotes, with C escapes and `%` doubled. `$` is left alone,
 * as it is no more than a character there; in `ExecStart=` and its like it is not, so use `systemdExec` for those.
 *
 * Refused: control characters other than tab and line feed, which systemd does not accept in an environment.
 * Source: systemd.syntax(7), "Quoting"; systemd.exec(5), `Environment=`.
 */
export function systemd(text: unknown): string {
  return systemdWord('systemd', text);
}

/**
 * One argument of a systemd unit's `ExecStart=`, `ExecReload=` and so on: as `systemd`, with `$` doubled as well. Not for
 * the program's own name, which comes first.
 *
 * Refused: control characters other than tab and line feed.
 * Source: systemd.service(5), "Command lines".
 */
export function systemdExec(text: unknown): string {
  return systemdWord('systemdExec', text).replaceAll('$', '$$$$');
}

function systemdWord(call: string, text: unknown): string {
  const value = takePrintable(call, 'text', text);
  refuseControl(call, value.replace(/[\t\n]/g, ''));
  const escaped = value
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('%', '%%');
  return `"${escaped}"`;
}

function singleQuoted(value: string): string {
  return `'${value.replaceAll("'", "'\\''")}'`;
}

function refuseControl(call: string, value: string): void {
  if (CONTROL.test(value)) {
    throw cannot(
      call,
      'the text holds a control character or a line end, which would end the word',
    );
  }
}
