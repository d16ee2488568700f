/** Backups of a running service, and services that start from them. */
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { backup, restore } from '../../src/cli/backup.js';
import { createClient } from '../../src/client/index.js';
import { runCommand } from '../../src/testkit/runCommand.js';
import { type ServeProcess, spawnServe } from './process.js';

let folder: string;
let running: ServeProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-backup-'));
  running = [];
});
afterEach(async () => {
  for (const one of running) await one.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const at = (...parts: string[]) => join(folder, ...parts);

async function serve(data: string, settings: object, options: readonly string[] = ['--auth', 'none']) {
  const config = at(`${data}.json`);
  writeFileSync(config, JSON.stringify(settings));
  const started = await spawnServe(at(data), ['--config', config, ...options]);
  running.push(started);
  return started;
}

const openClient = (service: ServeProcess, name: string) =>
  service.post({ id: `open-${name}`, command: { kind: 'openClient', client: name } });

it('are whole while commands go on, and a service started from one has what was answered before it', async () => {
  const service = await serve('venue', { backup: { directory: at('backups'), kept: 2 } });
  for (let count = 0; count < 50; count++) await openClient(service, `a-${count}`);
  let isDone = false;
  const load = (async () => {
    for (let count = 0; !isDone; count++) await openClient(service, `b-${count}`);
  })();
  const args = ['--url', service.url, '--json'];
  const made = [];
  for (let round = 0; round < 4; round++) {
    const { code, out } = await runCommand(backup, args);
    expect(code).toBe(0);
    made.push(JSON.parse(out));
  }
  isDone = true;
  await load;
  const kept = (await service.get('/v1/backups')).body.backups;
  expect(kept.map((one: { backup: string }) => one.backup)).toEqual(made.slice(2).map((one) => one.backup));
  expect(readdirSync(at('backups')).sort()).toEqual(made.slice(2).map((one) => one.backup));
  const last = made.at(-1);
  expect(last.sequence).toBeGreaterThan(50);

  const { code, out } = await runCommand(restore, [
    at('backups', last.backup),
    '--data',
    at('again'),
    '--json',
  ]);
  expect(code).toBe(0);
  const restored = JSON.parse(out);
  expect(restored.sequence).toBe(last.sequence);
  const again = await serve('again', {});
  expect(again.sequence).toBe(last.sequence);
  expect((await again.get('/v1/state')).body.stateHash).toBe(restored.stateHash);
  // What was sent before the backup and is sent again is answered again, not done twice.
  const { headers, status } = await openClient(again, 'a-7');
  expect([status, headers.get('idempotent-replay')]).toEqual([200, 'true']);
});

it('have the keys and the audit, but no secret: with the master key of before the keys are good', async () => {
  const settings = { backup: { directory: at('backups') } };
  const service = await serve('venue', settings, []);
  const [key] = [...(readFileSync(at('venue', 'access', 'keys.jsonl'), 'utf8').match(/k[0-9a-f]{10}/) ?? [])];
  expect(key).toBeDefined();
  expect((await service.get('/v1/backups')).status).toBe(401);
  const first = service.lines.map((line) => JSON.parse(line)).find(({ event }) => event === 'firstKey');
  const client = createClient({ url: service.url, credentials: { key: first.key, secret: first.secret } });
  await client.command({ kind: 'listAsset', asset: 'USDT', decimals: 6 }, 'one');
  const { backup: name } = await client.ask<{ backup: string }>('POST', '/v1/backups', {});
  expect(readdirSync(at('backups', name, 'access')).sort()).toEqual([
    'approvals.jsonl',
    'audit.jsonl',
    'keys.jsonl',
  ]);
  await runCommand(restore, [at('backups', name), '--data', at('again'), '--no-audit']);
  writeFileSync(at('again', 'access', 'master.key'), readFileSync(at('venue', 'access', 'master.key')));
  const again = await serve('again', settings, []);
  const same = createClient({ url: again.url, credentials: client.credentials });
  expect((await same.get('/v1/assets')).assets).toEqual([{ asset: 'USDT', decimals: 6 }]);
});

it('are refused where there is no place for them', async () => {
  const service = await serve('venue', {});
  const { status, body } = await service.get('/v1/backups');
  expect([status, body.code]).toEqual([409, 'no_backups']);
  await expect(runCommand(backup, ['--url', service.url])).rejects.toThrow('set backup.directory');
});

it('are not restored over anything, nor when a byte is wrong', async () => {
  const service = await serve('venue', { backup: { directory: at('backups') } });
  await openClient(service, 'ada');
  await runCommand(backup, ['--url', service.url]);
  const [name = ''] = readdirSync(at('backups'));
  await expect(runCommand(restore, [at('backups', name), '--data', at('venue')])).rejects.toThrow(
    'not empty',
  );
  await expect(runCommand(restore, [at('nothing'), '--data', at('x')])).rejects.toThrow('no such folder');
  await expect(runCommand(restore, [at('backups', name)])).rejects.toThrow('--data is needed');
  appendFileSync(at('backups', name, 'head'), 'x');
  for (const more of [[], ['--no-audit']])
    await expect(runCommand(restore, [at('backups', name), '--data', at('x'), ...more])).rejects.toThrow(
      'head',
    );
});

it('are made by themselves so often', async () => {
  const settings = { backup: { directory: at('backups'), everyHours: 0.0001 } };
  const service = await serve('venue', settings);
  await openClient(service, 'ada');
  for (let tries = 0; !service.lines.some((line) => line.includes('"backedUp"')); tries++) {
    expect(tries).toBeLessThan(300);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
