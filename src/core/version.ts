import packageFile from '../../package.json' with { type: 'json' };

/** Ours. */
export const VERSION: string = packageFile.version;
