import type { CaLeaf, CaRoot } from '../values.ts';
import { readEntries, readFields, readFlag, readItems, readText } from './fields.ts';
import type { Located } from './yaml-tree.ts';

/** Root certificates. */
export function readCaRoots(value: Located, what: string): readonly CaRoot[] {
  return readItems(value, what).map(readCaRoot);
}

function readCaRoot(item: Located): CaRoot {
  const root = readFields<{ id: string; name: string; rootCertPEM: string; active: boolean }>(
    item,
    'a root certificate',
    { id: readText, name: readText, rootCertPEM: readText, active: readFlag },
  );
  return {
    ID: root.id ?? '',
    Name: root.name ?? '',
    RootCertPEM: root.rootCertPEM ?? '',
    Active: root.active ?? true,
  };
}

/** Leaf certificates by service. */
export function readCaLeaves(value: Located, what: string): ReadonlyMap<string, CaLeaf> {
  return new Map(
    readEntries(value, what).map((entry) => {
      const leaf = readFields<
        Record<
          | 'serialNumber'
          | 'certPEM'
          | 'privateKeyPEM'
          | 'serviceURI'
          | 'validAfter'
          | 'validBefore',
          string
        >
      >(entry.value, `${what}: ${entry.name}`, {
        serialNumber: readText,
        certPEM: readText,
        privateKeyPEM: readText,
        serviceURI: readText,
        validAfter: readText,
        validBefore: readText,
      });
      return [
        entry.name,
        {
          SerialNumber: leaf.serialNumber ?? '',
          CertPEM: leaf.certPEM ?? '',
          PrivateKeyPEM: leaf.privateKeyPEM ?? '',
          Service: entry.name,
          ServiceURI: leaf.serviceURI ?? '',
          ValidAfter: leaf.validAfter ?? '',
          ValidBefore: leaf.validBefore ?? '',
        },
      ];
    }),
  );
}
