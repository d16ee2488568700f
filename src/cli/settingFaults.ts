/** What is wrong with settings taken together, and with the files they name. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Settings } from '../contract/index.js';
import { ARCHIVE_PATH_BYTES_MAX } from '../journal/index.js';
import { isOwnMachine } from '../server/index.js';
import { Refusal } from './failures.js';
import { fileRefusal } from './io.js';

/** Throws the first one. */
export async function settingFaults(settings: Settings): Promise<void> {
  const host = settings['listen.host'];
  if (settings['access.mode'] === 'none' && !isOwnMachine(host))
    throw new Refusal(
      'open_to_all',
      `access.mode none is only for an address of this machine, and ${host} is not one: ask for keys`,
    );
  const [certificate, key] = [settings['listen.tlsCertificate'], settings['listen.tlsKey']];
  if ((certificate === null) !== (key === null))
    throw new Refusal('bad_setting', 'listen.tlsCertificate and listen.tlsKey are given together');
  const archive = settings['journal.archive'];
  if (archive !== null) {
    const [path, data] = [resolve(archive), resolve(settings.data ?? '')];
    // The name of the journal comes behind it.
    if (Buffer.byteLength(path) > ARCHIVE_PATH_BYTES_MAX - 64)
      throw new Refusal('bad_setting', 'journal.archive is too long a path');
    if (`${path}/`.startsWith(`${data}/`))
      throw new Refusal('bad_setting', 'journal.archive is outside the folder of the journal');
  }
  if (settings['backup.everyHours'] > 0 && settings['backup.directory'] === null)
    throw new Refusal('bad_setting', 'backup.everyHours needs backup.directory');
  const files = [certificate, key, settings.risk];
  const keys = settings['access.tokens']?.keys;
  if (keys !== undefined && !/^https?:/.test(keys)) files.push(keys);
  if (keys?.startsWith('http:'))
    throw new Refusal('bad_setting', 'access.tokens.keys is a file or an https address');
  for (const file of files) if (file !== null) await readable(file);
}

async function readable(file: string): Promise<void> {
  try {
    await readFile(file);
  } catch (error) {
    throw fileRefusal(error, file);
  }
}
