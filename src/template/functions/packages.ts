import { createRequire } from 'node:module';

import type * as ipaddr from 'ipaddr.js';
import type * as re2js from 're2js';
import type * as semver from 'semver';
import type * as smolToml from 'smol-toml';
import type * as yaml from 'yaml';

import { AutotmplError } from '../../core/errors.ts';

/**
 * Packages that few templates need, each loaded when a function first asks for it: together they would double the time
 * that a `-once` takes to start. `require`, because template functions are synchronous.
 */
let loadPackage: NodeJS.Require | undefined;

function load(name: string): unknown {
  try {
    loadPackage ??= createRequire(import.meta.url);
    return loadPackage(name) as unknown;
  } catch (error) {
    throw new AutotmplError('template', `the package ${name} cannot be loaded`, {
      advice: 'the installation of autotmpl is incomplete: install it again',
      cause: error,
    });
  }
}

/** IP addresses and networks. */
export const ipaddrPackage = (): typeof ipaddr => load('ipaddr.js') as typeof ipaddr;

/** RE2's regular expressions: Go's syntax, and linear time whatever the data is. */
export const re2Package = (): typeof re2js => load('re2js') as typeof re2js;

/** Versions. */
export const semverPackage = (): typeof semver => load('semver') as typeof semver;

/** TOML. */
export const tomlPackage = (): typeof smolToml => load('smol-toml') as typeof smolToml;

/** YAML. */
export const yamlPackage = (): typeof yaml => load('yaml') as typeof yaml;
