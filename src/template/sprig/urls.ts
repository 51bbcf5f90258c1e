/** URLs. As maps of their parts. */
import { cannot } from '../functions/arguments.ts';
import { derived } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { dictOf, takeDict, takeGoText, type Dict } from './arguments.ts';

/** Sprig's functions for URLs. */
export const URLS: Readonly<Record<string, GoFunction>> = {
  urlParse: derived(parse),
  urlJoin: derived(join),
};

/** RFC 3986, appendix B, with the authority in parts. */
const SYNTAX =
  /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/(?:([^/?#@]*)@)?([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

function parse(url: GoValue): GoValue {
  const text = takeGoText('urlParse', 'url', url);
  const found = SYNTAX.exec(text);
  if (found === null || /[\x00-\x1f\x7f]/.test(text)) throw cannot('urlParse', 'it is no URL');
  const [, scheme = '', userinfo = '', host = '', path = '', query = '', fragment = ''] = found;
  const isOpaque = scheme !== '' && !text.slice(scheme.length + 1).startsWith('/') && path !== '';
  return dictOf([
    ['scheme', scheme.toLowerCase()],
    ['userinfo', userinfo],
    ['host', host],
    ['hostname', hostnameOf(host)],
    ['path', isOpaque ? '' : decoded(path)],
    ['query', query],
    ['opaque', isOpaque ? path : ''],
    ['fragment', decoded(fragment)],
  ]);
}

function hostnameOf(host: string): string {
  return host.startsWith('[')
    ? host.slice(1, Math.max(1, host.indexOf(']')))
    : host.replace(/:\d*$/, '');
}

function join(parts: GoValue): string {
  const dict = takeDict('urlJoin', 'parts', parts);
  const [scheme, userinfo, host] = [
    part(dict, 'scheme'),
    part(dict, 'userinfo'),
    part(dict, 'host'),
  ];
  const [path, query] = [part(dict, 'path'), part(dict, 'query')];
  const [opaque, fragment] = [part(dict, 'opaque'), part(dict, 'fragment')];
  const start = scheme === '' ? '' : `${scheme}:`;
  const authority =
    host === '' && userinfo === '' ? '' : `//${userinfo === '' ? '' : `${userinfo}@`}${host}`;
  const slash = authority !== '' && path !== '' && !path.startsWith('/') ? '/' : '';
  const end = `${query === '' ? '' : `?${query}`}${fragment === '' ? '' : `#${encoded(fragment)}`}`;
  return opaque === ''
    ? `${start}${authority}${slash}${encoded(path)}${end}`
    : `${start}${opaque}${end}`;
}

function part(dict: Readonly<Dict>, name: string): string {
  const value = Object.hasOwn(dict, name) ? dict[name] : '';
  return takeGoText('urlJoin', name, value);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw cannot('urlParse', 'an escape in it is none');
  }
}

function encoded(text: string): string {
  return encodeURI(text).replace(/[?#]/g, encodeURIComponent);
}
