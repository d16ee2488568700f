/**
 * The file operations the journal needs, and no more: the door through which tests put failing disks.
 * Reading is synchronous. Writing is not, because the engine decides commands while the disk is busy.
 *
 * What is expected of the disk: a sector of 512 bytes is written whole or not at all, a write that was made
 * durable stays, and a directory entry stays once its directory is synced.
 */

export interface Files {
  /** Names in a folder, in no order; none when the folder does not exist. */
  list(directory: string): string[];
  openToRead(path: string): ReadFile;

  makeDirectory(directory: string): Promise<void>;
  /**
   * `create`: a new empty file, in place of any older one; durable after `sync`.
   * `durable`: an existing file; each write is durable when it returns.
   */
  openToWrite(path: string, mode: WriteMode): Promise<WriteFile>;
  /** Replaces what has the new name. */
  rename(names: { readonly from: string; readonly to: string }): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes created, renamed and removed names of the folder durable. */
  syncDirectory(directory: string): Promise<void>;
  /** Keeps every other writer out of the folder, or throws JournalInUse. */
  lock(directory: string): Promise<Lock>;
}

export type WriteMode = 'create' | 'durable';

export interface ReadFile {
  size(): number;
  /** Fills `into` from the position on and returns how many bytes were there. */
  read(into: Uint8Array, position: number): number;
  close(): void;
}

export interface WriteFile {
  /** Returns how many bytes were taken, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Lock {
  release(): Promise<void>;
}

export const TEMPORARY_SUFFIX = '.tmp';

/** Writes all bytes, however few the file takes at a time. */
export async function writeAll(file: WriteFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const taken = await file.write(bytes.subarray(done), position + done);
    if (taken <= 0) throw new Error('the file takes no more bytes');
    done += taken;
  }
}

/** Creates a file of these parts, durable when it resolves except for its name. */
export async function createFile(files: Files, path: string, parts: Iterable<Uint8Array>): Promise<void> {
  const file = await files.openToWrite(path, 'create');
  try {
    let position = 0;
    for (const part of parts) {
      await writeAll(file, part, position);
      position += part.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Puts a file of these parts under its name at once: after a crash there is the old one or the new one. */
export async function publishFile(
  files: Files,
  { directory, name }: { readonly directory: string; readonly name: string },
  parts: Iterable<Uint8Array>,
): Promise<void> {
  const temporary = `${directory}/${name}${TEMPORARY_SUFFIX}`;
  try {
    await createFile(files, temporary, parts);
    await files.rename({ from: temporary, to: `${directory}/${name}` });
  } catch (error) {
    await files.remove(temporary).catch(() => {});
    throw error;
  }
  await files.syncDirectory(directory);
}

const ZEROS = new Uint8Array(1 << 20);

/** That many zero bytes, in parts. */
export function* zeros(bytes: number): Iterable<Uint8Array> {
  for (let left = bytes; left > 0; left -= ZEROS.length)
    yield ZEROS.subarray(0, Math.min(left, ZEROS.length));
}
