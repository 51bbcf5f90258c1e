import packageFile from '../../package.json' with { type: 'json' };

/** The text of `-version`. */
export function versionText(): string {
  return `autotmpl ${packageFile.version}\n`;
}
