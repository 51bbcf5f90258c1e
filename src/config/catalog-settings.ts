import { resolve } from 'node:path';
import {
  consulFromEnvironment,
  resolvePaths,
  type ConsulLayer,
  type Environment,
} from '../catalog/consul/environment.ts';
import { combineConsul, consulFromDocument } from './consul-settings.ts';
import type { FlagSettings } from './flag-settings.ts';
import { placeOf, type Origins } from './merge.ts';
import type { CheckedDocument, ReadConfig } from './read-config.ts';
import type { CatalogSettings } from './settings.ts';

/** The sources that a catalog is found in. */
export interface CatalogSources {
  readonly flags: FlagSettings;
  readonly environment: Environment;
  readonly cwd: string;
  readonly containerPilot?: ReadConfig['containerPilot'] | undefined;
}

/** The catalog that a flag names, else the one that the last file with any names, else Consul. */
export function pickCatalog(
  { flags, environment, cwd, containerPilot }: CatalogSources,
  documents: readonly CheckedDocument[],
  origins: Origins,
): CatalogSettings {
  const last = documents.findLast(
    ({ content: { catalog } }) => (catalog?.file ?? catalog?.consul) !== undefined,
  );
  const fileFromConfig = last?.content.catalog?.file;
  const consulByFlag = flags.consul.address !== undefined;
  if (flags.catalogFile !== undefined) {
    origins.set('catalog.file', '-catalog');
    return { backend: 'file', file: { path: resolve(cwd, flags.catalogFile) } };
  }
  if (last !== undefined && fileFromConfig !== undefined && !consulByFlag) {
    origins.set('catalog.file', placeOf(last, 'catalog', 'file'));
    return { backend: 'file', file: { path: resolve(last.document.folder, fileFromConfig) } };
  }
  const { options, origins: consulOrigins } = combineConsul(
    containerPilot === undefined
      ? consulLayers(flags, documents, environment, cwd)
      : containerPilotLayers(containerPilot, flags, environment, cwd),
  );
  for (const [field, origin] of consulOrigins) origins.set(`catalog.consul.${field}`, origin);
  return { backend: 'consul', consul: options };
}

/** The strongest first. */
function consulLayers(
  flags: FlagSettings,
  documents: readonly CheckedDocument[],
  environment: Environment,
  cwd: string,
): ConsulLayer[] {
  const layers = [resolvePaths(flags.consul, cwd)];
  for (const { content, document } of documents.toReversed()) {
    const consul = content.catalog?.consul;
    if (consul === undefined) continue;
    layers.push(resolvePaths(consulFromDocument(consul, document), document.folder));
  }
  layers.push(resolvePaths(consulFromEnvironment(environment), cwd));
  const withTls = documents.find(({ content }) => content.catalog?.consul?.tls !== undefined);
  if (withTls !== undefined) {
    const origin = placeOf(withTls, 'catalog', 'consul', 'tls');
    layers.push({ encryption: { value: 'unlessHttp', origin } });
  }
  return layers;
}

/** Which variables win over a config of ContainerPilot's, by the fields that they fill: its own choice. */
const OVERRIDING: Readonly<Record<2 | 3, readonly (keyof ConsulLayer)[]>> = {
  2: ['token'],
  3: ['token', 'caFile', 'caFolder', 'certFile', 'keyFile', 'serverName', 'verify'],
};

/** The strongest first. */
function containerPilotLayers(
  { compiled, version }: NonNullable<ReadConfig['containerPilot']>,
  flags: FlagSettings,
  environment: Environment,
  cwd: string,
): ConsulLayer[] {
  const variables = resolvePaths(consulFromEnvironment(environment), cwd);
  const winning = Object.fromEntries(
    Object.entries(variables).filter(([field]) =>
      OVERRIDING[version].includes(field as keyof ConsulLayer),
    ),
  );
  return [resolvePaths(flags.consul, cwd), winning, resolvePaths(compiled.consul, cwd), variables];
}
