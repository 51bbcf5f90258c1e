/** Versions. By the rules of Semantic Versioning 2; a leading `v` and missing parts are allowed. */
import { cannot } from '../functions/arguments.ts';
import { semverPackage } from '../functions/packages.ts';
import { derived } from '../gotemplate/functions.ts';
import { GoStruct, type GoFunction, type GoValue } from '../gotemplate/values.ts';
import { takeGoText } from './arguments.ts';

/** Sprig's functions for versions. */
export const VERSIONS: Readonly<Record<string, GoFunction>> = {
  semver: derived(readVersion),
  semverCompare: derived((constraint, version) =>
    satisfies(
      takeGoText('semverCompare', 'constraint', constraint),
      normal('semverCompare', version),
    ),
  ),
};

function readVersion(text: GoValue): GoStruct {
  const semver = semverPackage();
  const version = new semver.SemVer(normal('semver', text));
  const compare: GoFunction = {
    call: (_scope, [other]) => BigInt(version.compare(versionOf(other))),
    least: 1,
    most: 1,
    gives: 'derived',
  };
  return new GoStruct(
    '*semver.Version',
    {
      Major: BigInt(version.major),
      Minor: BigInt(version.minor),
      Patch: BigInt(version.patch),
      Prerelease: version.prerelease.join('.'),
      Metadata: version.build.join('.'),
      Original: text,
    },
    new Map([['Compare', compare]]),
  );
}

function versionOf(value: GoValue): string {
  return normal('Compare', value instanceof GoStruct ? value.field('Original') : value);
}

/** `v1.2` as `1.2.0`. */
function normal(call: string, value: GoValue): string {
  const found = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)$/.exec(
    takeGoText(call, 'version', value),
  );
  if (found === null) throw cannot(call, 'it is no version');
  const [, major, minor = '0', patch = '0', rest = ''] = found;
  const text = `${Number(major)}.${Number(minor)}.${Number(patch)}${rest}`;
  if (semverPackage().valid(text) === null) throw cannot(call, 'it is no version');
  return text;
}

/** Alternatives are parted by `||`, and their conditions by commas or spaces; `!=` leaves one version out. */
function satisfies(constraint: string, version: string): boolean {
  const semver = semverPackage();
  return constraint.split('||').some((alternative) => {
    const unwanted = [...alternative.matchAll(/!=\s*v?([^\s,]+)/g)].map(([, text = '']) => text);
    const range = alternative
      .replace(/!=\s*[^\s,]+/g, '')
      .replaceAll(',', ' ')
      .trim();
    if (semver.validRange(range) === null) {
      throw cannot('semverCompare', 'constraint is no range of versions');
    }
    return (
      semver.satisfies(version, range === '' ? '*' : range) &&
      !unwanted.some((text) => semver.satisfies(version, text))
    );
  });
}
