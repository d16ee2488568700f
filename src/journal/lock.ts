/**
 * One writer per folder, kept by the kernel: a writer listens on a socket in the folder, and only a living process
 * can answer there. A killed holder leaves a file that no longer answers, which the next one clears away; no
 * process number can be mistaken for another, also not between containers that share the folder.
 *
 * Every contender first raises its own flag (a socket with a name of its own, already listening when it gets that
 * name) and then looks for others. Of two contenders at least one sees the other, so never do both pass; when both
 * see each other, both are refused. It holds between processes of one machine on a local folder, not between
 * machines that share one over a network.
 */
import { createHash, randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { relative } from 'node:path';
import type { Lock } from './files.js';
import { JournalInUse } from './journal.js';

const FLAG = /^lock-[0-9a-f]{16}(\.new)?$/;
const UNRAISED = '.new';
/** Longest path of a socket on every system. */
const SOCKET_PATH_BYTES = 100;

export async function lockDirectory(directory: string): Promise<Lock> {
  return process.platform === 'win32' ? lockByPipe(directory) : lockBySocket(directory);
}

async function lockBySocket(directory: string): Promise<Lock> {
  const path = shortPath(directory);
  const name = `lock-${randomBytes(8).toString('hex')}`;
  try {
    const server = await listen(`${path.base}/${name}${UNRAISED}`);
    const lock = {
      async release() {
        await fs.promises.rm(`${directory}/${name}`, { force: true });
        await stop(server);
        path.done();
      },
    };
    try {
      await fs.promises.rename(`${directory}/${name}${UNRAISED}`, `${directory}/${name}`);
      await lookForOthers(directory, { base: path.base, own: name });
      return lock;
    } catch (error) {
      await lock.release();
      throw error;
    }
  } catch (error) {
    path.done();
    throw error;
  }
}

async function lookForOthers(
  directory: string,
  { base, own }: { readonly base: string; readonly own: string },
): Promise<void> {
  for (const name of await fs.promises.readdir(directory)) {
    if (name === own || !FLAG.test(name)) continue;
    if (!(await answers(`${base}/${name}`))) {
      // A contender caught before it listened finds its flag gone and is refused.
      await fs.promises.rm(`${directory}/${name}`, { force: true });
    } else if (!name.endsWith(UNRAISED)) throw inUse(directory);
  }
}

/** Whether a living process listens. In doubt, yes. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT');
    });
  });
}

/** On Windows a pipe belongs to one process and goes with it; its name stands for the folder. */
async function lockByPipe(directory: string): Promise<Lock> {
  const folder = createHash('sha256').update(fs.realpathSync(directory).toLowerCase()).digest('hex');
  try {
    const server = await listen(`\\\\.\\pipe\\bulkhead-${folder}`);
    return { release: () => stop(server) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') throw inUse(directory);
    throw error;
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', reject);
    server.listen(path, () => {
      // The lock alone keeps no process alive.
      server.unref();
      resolve(server);
    });
  });
}

function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
  });
}

function inUse(directory: string): JournalInUse {
  return new JournalInUse(`another process has the journal in ${directory}`);
}

/** A way to the folder that is short enough for a socket. */
function shortPath(directory: string): { readonly base: string; done(): void } {
  const fits = (base: string): boolean => Buffer.byteLength(base) + 32 <= SOCKET_PATH_BYTES;
  if (fits(directory)) return { base: directory, done: () => {} };
  if (process.platform !== 'linux') return { base: relative(process.cwd(), directory), done: () => {} };
  let fd: number | null = fs.openSync(directory, 'r');
  return {
    base: `/proc/self/fd/${fd}`,
    done: () => {
      if (fd !== null) fs.closeSync(fd);
      fd = null;
    },
  };
}
