import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyJournal } from '../journal/index.js';
import { runCommand } from '../testkit/runCommand.js';
import { rebuild } from './rebuild.js';
import { replay } from './replay.js';
import { simulate } from './simulate.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulkhead-rebuild-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);

async function recordsOf(directory: string): Promise<readonly string[]> {
  const { code, out } = await runCommand(replay, [directory, '--records', '--json']);
  expect(code).toBe(0);
  return out.trim().split('\n');
}

async function rebuildOf(lines: readonly string[], name = 'new') {
  writeFileSync(at('records.jsonl'), `${lines.join('\n')}\n`);
  return runCommand(rebuild, [at('records.jsonl'), '--data', at(name), '--json']);
}

describe('bulkhead rebuild', () => {
  it('leads to the same records and the same state, liquidations and all', async () => {
    const played = await runCommand(simulate, ['--data', at('old'), '--to', '2001-01-20']);
    expect(played.code).toBe(0);
    const lines = await recordsOf(at('old'));
    expect(lines.length).toBeGreaterThan(200);
    const { code, out } = await rebuildOf(lines);
    expect(code).toBe(0);
    const before = verifyJournal(at('old'));
    expect(JSON.parse(out)).toMatchObject({
      commands: before.commands,
      records: before.records,
      stateHash: before.stateHash,
      differences: [],
    });
    expect(verifyJournal(at('new'))).toMatchObject({ findings: [], stateHash: before.stateHash });
    expect(await recordsOf(at('new'))).toEqual(lines);
  });

  it('tells each command that is decided otherwise, or cannot be read, and goes on', async () => {
    const time = { timeMs: 1_700_000_000_000 };
    const accepted = (kind: string) => ({ kind: 'accepted', events: [{ kind }] });
    const lines = [
      {
        sequence: 1,
        id: 'a',
        command: { kind: 'openClient', client: 'ada' },
        outcome: accepted('clientOpened'),
      },
      {
        sequence: 2,
        id: 'b',
        command: { kind: 'openClient', client: 'ada' },
        outcome: accepted('clientOpened'),
      },
      { sequence: 3, id: 'c', command: { kind: 'openWindow' }, outcome: accepted('windowOpened') },
      { sequence: 4, id: null, command: { kind: 'aStep' }, outcome: accepted('stepped') },
      {
        sequence: 5,
        id: 'd',
        command: { kind: 'openClient', client: 'bob' },
        outcome: { kind: 'rejected', code: 'invalid_id' },
      },
    ].map((record) => JSON.stringify({ ...time, ...record }));
    const { code, out } = await rebuildOf(lines);
    expect(code).toBe(1);
    const { differences, records } = JSON.parse(out);
    expect(records).toBe(3);
    expect(differences.map(({ sequence, is }: { sequence: number; is: string }) => [sequence, is])).toEqual([
      [3, expect.stringContaining('cannot be read')],
      [2, 'rejected already_exists'],
      [5, 'clientOpened'],
    ]);
    const words = await runCommand(rebuild, [at('records.jsonl'), '--data', at('other')]);
    expect(words.out).toMatch(/decided otherwise +3/);
  });

  it('refuses what is no record, a file that is not there, and a folder with something in it', async () => {
    await expect(rebuildOf(['{}'])).rejects.toThrow('line 1 is no record');
    await expect(rebuildOf(['nonsense'], 'x')).rejects.toThrow('line 1 is no record');
    await expect(rebuildOf([''], 'new')).rejects.toThrow('not empty');
    await expect(runCommand(rebuild, [at('nothing'), '--data', at('y')])).rejects.toThrow('no such file');
    await expect(runCommand(rebuild, [at('records.jsonl')])).rejects.toThrow('--data is needed');
  });
});
