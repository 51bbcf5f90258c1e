import { fileURLToPath } from 'node:url';

/** Folder of the templates that ship with the package: beside dist/, two floors above the built program. */
export const PACKAGE_TEMPLATES = fileURLToPath(new URL('../../templates', import.meta.url));
