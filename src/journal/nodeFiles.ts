/** The real file system, through node:fs. */
import * as fs from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Files, ReadFile, WriteFile, WriteMode } from './files.js';
import { lockDirectory } from './lock.js';

/**
 * With O_DSYNC one call writes and waits for the disk, which halves the trips. Elsewhere (macOS, where the flag
 * does not reach the platter, and Windows) each write is followed by a sync.
 */
const DSYNC = process.platform === 'linux' ? fs.constants.O_DSYNC : 0;

export const nodeFiles: Files = {
  list(directory) {
    try {
      return fs.readdirSync(directory);
    } catch (error) {
      if (isCode(error, 'ENOENT')) return [];
      throw error;
    }
  },

  openToRead(path): ReadFile {
    const fd = fs.openSync(path, 'r');
    return {
      size: () => fs.fstatSync(fd).size,
      read: (into, position) => fs.readSync(fd, into, 0, into.length, position),
      close: () => fs.closeSync(fd),
    };
  },

  async makeDirectory(directory) {
    const first = await fs.promises.mkdir(directory, { recursive: true });
    if (first === undefined) return;
    const above = dirname(resolve(first));
    for (let made = resolve(directory); made !== above; made = dirname(made)) {
      await nodeFiles.syncDirectory(dirname(made));
    }
  },

  async openToWrite(path, mode: WriteMode): Promise<WriteFile> {
    const flags = mode === 'create' ? 'w' : fs.constants.O_RDWR | DSYNC;
    const handle = await fs.promises.open(path, flags);
    const syncEach = mode === 'durable' && DSYNC === 0;
    return {
      async write(bytes, position) {
        const { bytesWritten } = await handle.write(bytes, 0, bytes.length, position);
        if (syncEach) await handle.datasync();
        return bytesWritten;
      },
      sync: () => handle.sync(),
      close: () => handle.close(),
    };
  },

  rename: ({ from, to }) => fs.promises.rename(from, to),
  remove: (path) => fs.promises.rm(path),

  async syncDirectory(directory) {
    // Windows can neither open nor needs to sync a folder.
    if (process.platform === 'win32') return;
    const handle = await fs.promises.open(directory, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },

  lock: lockDirectory,
};

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
