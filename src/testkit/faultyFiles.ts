/**
 * A disk in memory that fails on demand, and forgets at a power loss what was never synced: sectors, sizes and
 * names, each for itself. It promises only what `Files` promises, and breaks even that when told to.
 */
import type { Files, Lock, ReadFile, WriteFile } from '../journal/files.js';
import { JournalInUse } from '../journal/journal.js';

export interface Operation {
  /** Counts the changing operations from 0. */
  readonly index: number;
  readonly name:
    | 'create'
    | 'open'
    | 'write'
    | 'sync'
    | 'rename'
    | 'remove'
    | 'syncDirectory'
    | 'makeDirectory';
  readonly path: string;
}

/**
 * - `crash`: the process dies inside the operation; some of a write may have got through.
 * - `EIO`, `ENOSPC`: the operation fails; after a failed sync the system forgets that anything was to be written.
 * - `short`: a write takes only part of the bytes.
 * - `lie`: a sync, or the sync within a durable write, reports success and does nothing.
 */
export type Fault = 'crash' | 'EIO' | 'ENOSPC' | 'short' | 'lie';

/** Which of the unsynced changes survive: called once for each. */
export type Survives = () => boolean;

const SECTOR_BYTES = 512;

interface Inode {
  bytes: Buffer;
  durableBytes: Buffer;
  /** Sectors written since the last sync. */
  readonly dirty: Set<number>;
  sizeDirty: boolean;
}

type Names = Map<string, Inode>;

interface NameChange {
  readonly directory: string;
  apply(names: Names): void;
}

export class FaultyFiles implements Files {
  /** Decides what goes wrong with an operation. A promise delays it. */
  fault: (operation: Operation) => Fault | Promise<void> | undefined = () => undefined;
  readonly operations: Operation[] = [];
  /** How many sectors of a write get through when it is cut short. */
  partOfWrite: (sectors: number) => number = (sectors) => sectors >>> 1;
  #names: Names = new Map();
  #durableNames: Names = new Map();
  #changes: NameChange[] = [];
  readonly #locks = new Set<string>();
  /** Handles of an earlier life are dead. */
  #life = 0;
  #dead = false;

  /** The process dies; the operating system lives on and keeps what it was given. */
  kill(): void {
    this.#dead = false;
    this.#life++;
    this.#locks.clear();
    this.operations.length = 0;
    this.fault = () => undefined;
  }

  /** The machine dies as well. */
  losePower(survives: Survives): void {
    for (const change of this.#changes) if (survives()) change.apply(this.#durableNames);
    this.#changes = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) {
      settle(inode, survives);
      inode.bytes = Buffer.from(inode.durableBytes);
    }
    this.kill();
  }

  /** Changes one byte on the disk itself. */
  change(path: string, offset: number, to: (byte: number) => number): void {
    const { bytes, durableBytes } = this.#inode(path);
    const changed = to(bytes.readUInt8(offset));
    bytes.writeUInt8(changed, offset);
    if (offset < durableBytes.length) durableBytes.writeUInt8(changed, offset);
  }

  /** A copy of a file's bytes, or null. */
  bytesOf(path: string): Buffer | null {
    const inode = this.#names.get(path);
    return inode === undefined ? null : Buffer.from(inode.bytes);
  }

  /** Puts a synced file there. */
  put(path: string, bytes: Uint8Array): void {
    const content = Buffer.from(bytes);
    const inode = {
      bytes: content,
      durableBytes: Buffer.from(content),
      dirty: new Set<number>(),
      sizeDirty: false,
    };
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  paths(): string[] {
    return [...this.#names.keys()].sort();
  }

  list(directory: string): string[] {
    this.#assertAlive();
    const prefix = `${directory}/`;
    return this.paths()
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length));
  }

  openToRead(path: string): ReadFile {
    this.#assertAlive();
    const inode = this.#inode(path);
    return {
      size: () => inode.bytes.length,
      read: (into, position) => {
        const found = inode.bytes.subarray(position, position + into.length);
        into.set(found);
        return found.length;
      },
      close: () => {},
    };
  }

  async makeDirectory(path: string): Promise<void> {
    await this.#perform('makeDirectory', path);
  }

  async openToWrite(path: string, mode: 'create' | 'durable'): Promise<WriteFile> {
    await this.#perform(mode === 'create' ? 'create' : 'open', path);
    const inode = mode === 'create' ? newInode() : this.#inode(path);
    if (mode === 'create') this.#rename(path, (names) => names.set(path, inode));
    const life = this.#life;
    const assertOpen = (): void => {
      if (life !== this.#life) throw new Error('the process that had this file is dead');
    };
    return {
      write: async (bytes, position) => {
        assertOpen();
        return this.#write(inode, bytes, { path, position, durable: mode === 'durable' });
      },
      sync: async () => {
        assertOpen();
        await this.#sync(inode, path);
      },
      close: async () => {},
    };
  }

  async rename({ from, to }: { from: string; to: string }): Promise<void> {
    await this.#perform('rename', from);
    const inode = this.#inode(from);
    this.#rename(to, (names) => {
      if (names.get(from) === inode) names.delete(from);
      names.set(to, inode);
    });
  }

  async remove(path: string): Promise<void> {
    await this.#perform('remove', path);
    const inode = this.#inode(path);
    this.#rename(path, (names) => {
      if (names.get(path) === inode) names.delete(path);
    });
  }

  async syncDirectory(directory: string): Promise<void> {
    if ((await this.#perform('syncDirectory', directory)) === 'lie') return;
    for (const change of this.#changes) if (change.directory === directory) change.apply(this.#durableNames);
    this.#changes = this.#changes.filter((change) => change.directory !== directory);
  }

  async lock(directory: string): Promise<Lock> {
    this.#assertAlive();
    if (this.#locks.has(directory)) throw new JournalInUse(`another process has the journal in ${directory}`);
    this.#locks.add(directory);
    const life = this.#life;
    return {
      release: async () => {
        if (life === this.#life) this.#locks.delete(directory);
      },
    };
  }

  async #write(
    inode: Inode,
    bytes: Uint8Array,
    { path, position, durable }: { path: string; position: number; durable: boolean },
  ): Promise<number> {
    const fault = await this.#announce('write', path);
    const part = this.partOfWrite(Math.ceil(bytes.length / SECTOR_BYTES)) * SECTOR_BYTES;
    const taken = fault === undefined || fault === 'lie' ? bytes.length : Math.min(part, bytes.length);
    put(inode, bytes.subarray(0, taken), position);
    if (fault === 'crash') this.#die();
    if (fault === 'EIO' || fault === 'ENOSPC') {
      if (durable) inode.dirty.clear();
      throw systemError(fault, path);
    }
    if (durable && fault === 'lie') inode.dirty.clear();
    else if (durable) settle(inode, () => true);
    return taken;
  }

  async #sync(inode: Inode, path: string): Promise<void> {
    const fault = await this.#announce('sync', path);
    if (fault === 'crash') this.#die();
    if (fault === undefined || fault === 'short') {
      settle(inode, () => true);
      return;
    }
    inode.dirty.clear();
    if (fault !== 'lie') throw systemError(fault, path);
  }

  /** For operations that happen or do not happen; a crash comes before or after. */
  async #perform(name: Operation['name'], path: string): Promise<Fault | undefined> {
    const fault = await this.#announce(name, path);
    if (fault === 'crash') this.#die();
    if (fault === 'EIO' || fault === 'ENOSPC') throw systemError(fault, path);
    return fault;
  }

  async #announce(name: Operation['name'], path: string): Promise<Fault | undefined> {
    this.#assertAlive();
    const operation = { index: this.operations.length, name, path };
    this.operations.push(operation);
    const life = this.#life;
    const fault = await this.fault(operation);
    if (life !== this.#life) throw new Error('the process is dead');
    this.#assertAlive();
    return fault ?? undefined;
  }

  #rename(path: string, apply: (names: Names) => void): void {
    apply(this.#names);
    this.#changes.push({ directory: path.slice(0, path.lastIndexOf('/')), apply });
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw systemError('ENOENT', path);
    return inode;
  }

  #die(): never {
    this.#dead = true;
    throw new Error('the process died');
  }

  #assertAlive(): void {
    if (this.#dead) throw new Error('the process is dead');
  }
}

function newInode(): Inode {
  return { bytes: Buffer.alloc(0), durableBytes: Buffer.alloc(0), dirty: new Set(), sizeDirty: true };
}

function put(inode: Inode, bytes: Uint8Array, position: number): void {
  const end = position + bytes.length;
  if (end > inode.bytes.length) {
    inode.bytes = Buffer.concat([inode.bytes, Buffer.alloc(end - inode.bytes.length)]);
    inode.sizeDirty = true;
  }
  inode.bytes.set(bytes, position);
  for (let sector = Math.floor(position / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++) {
    inode.dirty.add(sector);
  }
}

/** Brings the surviving changes to the disk; what did not survive is as it was. */
function settle(inode: Inode, survives: Survives): void {
  const grown = !inode.sizeDirty || survives() ? inode.bytes.length : inode.durableBytes.length;
  const settled = Buffer.alloc(grown);
  inode.durableBytes.copy(settled);
  for (const sector of inode.dirty) {
    const from = sector * SECTOR_BYTES;
    if (survives()) inode.bytes.copy(settled, from, from, Math.min(from + SECTOR_BYTES, grown));
  }
  inode.durableBytes = settled;
  inode.dirty.clear();
  inode.sizeDirty = false;
}

function systemError(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code });
}
