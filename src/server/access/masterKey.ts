/** The secret from which all keys' secrets are derived: from the environment, or a file that only its owner reads, made once. */
import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const BYTES = 32;

export class MasterKeyUnusable extends Error {
  override readonly name = 'MasterKeyUnusable';
}

/** `given` is hexadecimal, as the environment has it. */
export async function masterKey(file: string, given: string | undefined): Promise<Buffer> {
  if (given !== undefined) return decode(given, 'BULKHEAD_MASTER_KEY');
  try {
    return decode((await readFile(file, 'utf8')).trim(), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const made = randomBytes(BYTES);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(`${made.toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  return made;
}

function decode(text: string, where: string): Buffer {
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new MasterKeyUnusable(`${where} must be ${2 * BYTES} hexadecimal digits`);
  return Buffer.from(text, 'hex');
}
