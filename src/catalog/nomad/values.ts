import {
  asList,
  asNumber,
  asRecord,
  asText,
  asTextList,
  asTexts,
  ShapeError,
} from '../http/shapes.ts';
import type {
  NomadService,
  NomadServiceName,
  NomadVariable,
  NomadVarMeta,
} from '../nomad-facts.ts';
import { compareBy, compareText } from '../order.ts';

/** Names and tags, from `/v1/services`: one list for each namespace. A name in two of them has the tags of both. */
export function readServices(body: unknown): readonly NomadServiceName[] {
  const tags = new Map<string, Set<string>>();
  for (const item of asList(body, 'the list of namespaces')) {
    const { Services } = asRecord(item, 'a namespace');
    for (const one of asList(Services, 'the list of services')) {
      const service = asRecord(one, 'a service');
      const name = asText(service.ServiceName, "a service's name");
      const known = tags.get(name) ?? new Set();
      tags.set(name, known);
      for (const tag of readTags(service.Tags)) known.add(tag);
    }
  }
  return [...tags]
    .map(([Name, names]) => ({ Name, Tags: [...names].sort(compareText) }))
    .sort(compareBy<NomadServiceName>(({ Name }) => Name));
}

/** Instances, from `/v1/service/NAME`; `tag` keeps those that carry it, which Nomad does not choose by. */
export function readService(
  body: unknown,
  { tag, keepOrder }: { readonly tag: string | undefined; readonly keepOrder: boolean },
): readonly NomadService[] {
  const instances = asList(body, 'the list of instances')
    .map(readInstance)
    .filter(({ Tags }) => tag === undefined || Tags.includes(tag));
  return keepOrder
    ? instances
    : instances.sort(
        compareBy<NomadService>(
          ({ Name }) => Name,
          ({ ID }) => ID,
        ),
      );
}

/** One variable, from `/v1/var/PATH`; null for one that is not there. */
export function readVariable(body: unknown): NomadVariable | null {
  if (body === null) return null;
  const variable = asRecord(body, 'the variable');
  const items = asTexts(variable.Items, 'the items of the variable');
  const sorted = Object.create(null) as Record<string, string>;
  for (const name of Object.keys(items).sort(compareText)) sorted[name] = items[name] ?? '';
  return { ...readMeta(variable), Items: sorted };
}

/** Variables without their items, from `/v1/vars`. */
export function readVariables(body: unknown): readonly NomadVarMeta[] {
  return asList(body, 'the list of variables')
    .map(readMeta)
    .sort(
      compareBy<NomadVarMeta>(
        ({ Path }) => Path,
        ({ Namespace }) => Namespace,
      ),
    );
}

function readInstance(item: unknown): NomadService {
  const instance = asRecord(item, 'an instance');
  return {
    ID: asText(instance.ID, "an instance's ID"),
    Name: asText(instance.ServiceName, "an instance's service"),
    Node: asText(instance.NodeID, "an instance's node"),
    Address: asText(instance.Address, "an instance's address"),
    Port: asNumber(instance.Port, "an instance's port"),
    Datacenter: asText(instance.Datacenter, "an instance's datacenter"),
    Tags: readTags(instance.Tags).toSorted(compareText),
    JobID: asText(instance.JobID, "an instance's job"),
    AllocID: asText(instance.AllocID, "an instance's allocation"),
  };
}

function readMeta(item: unknown): NomadVarMeta {
  const variable = asRecord(item, 'a variable');
  const path = asText(variable.Path, "a variable's path");
  if (path === '') throw new ShapeError('a variable has no path');
  return {
    Namespace: asText(variable.Namespace, "a variable's namespace"),
    Path: path,
    CreateIndex: asNumber(variable.CreateIndex, "a variable's create index"),
    ModifyIndex: asNumber(variable.ModifyIndex, "a variable's modify index"),
    CreateTime: readTime(variable.CreateTime),
    ModifyTime: readTime(variable.ModifyTime),
  };
}

/** Nanoseconds: longer than a number is exact, so a text comes as it is. */
function readTime(value: unknown): string {
  return typeof value === 'string' ? value : String(asNumber(value, 'a time'));
}

function readTags(tags: unknown): readonly string[] {
  return asTextList(tags, 'the tags', 'a tag');
}
