import type { Happening } from './happening.ts';
import type { FilesWatchSettings } from './settings.ts';

/** What a watch of files works with. */
export interface FilesWatchOptions {
  readonly settings: FilesWatchSettings;
  readonly announce: (happening: Happening) => void;
  /** Whether every file has been there: before that nothing is announced. */
  readonly isReady: () => boolean;
  /** Whether whoever is told of a change has not begun with the files as they are now. */
  readonly isNews: () => boolean;
  /** Called at each change, before it is announced. */
  readonly onChange?: () => void;
}

/** Watches what the renderer writes, and announces it: files of one batch together. */
export class FilesWatch {
  readonly settings: FilesWatchSettings;
  readonly #options: FilesWatchOptions;

  constructor(options: FilesWatchOptions) {
    this.#options = options;
    this.settings = options.settings;
  }

  /** These were written, all of them are in place. */
  written(files: readonly string[]): void {
    const { announce, isReady, isNews, onChange } = this.#options;
    const { files: wanted, name } = this.settings;
    if (wanted !== 'any' && !files.some((file) => wanted.includes(file))) return;
    if (isNews()) onChange?.();
    if (isReady()) announce({ source: `watch.${name}`, code: 'changed' });
  }
}
