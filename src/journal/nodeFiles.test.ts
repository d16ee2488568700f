/** The journal on a real disk, in real processes that are really killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../base/random.js';
import { expectRecords, recordOf, stateHashOf } from '../testkit/journalFixtures.js';
import { checkJournal } from './checkJournal.js';
import { JournalInUse } from './journal.js';
import { nodeFiles } from './nodeFiles.js';
import { openSegmentedJournal } from './segmentedJournal.js';

const SEGMENT_BYTES = 1 << 16;
let folder = '';

beforeAll(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'journal-'));
  translate(['base', 'journal'], join(folder, 'code'));
  fs.writeFileSync(join(folder, 'code', 'package.json'), '{ "type": "module" }');
});

afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** The sources as JavaScript, so that a child process can run them without a build. */
function translate(layers: readonly string[], to: string): void {
  const source = fileURLToPath(new URL('..', import.meta.url));
  for (const layer of layers) {
    fs.mkdirSync(join(to, layer), { recursive: true });
    for (const name of fs.readdirSync(join(source, layer))) {
      if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
      const { outputText } = ts.transpileModule(fs.readFileSync(join(source, layer, name), 'utf8'), {
        compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
      });
      fs.writeFileSync(join(to, layer, name.replace(/\.ts$/, '.js')), outputText);
    }
  }
}

/** Appends without end and prints each sequence that became durable. */
function startWriter(directory: string): ChildProcess {
  const module = pathToFileURL(join(folder, 'code', 'journal', 'segmentedJournal.js'));
  const program = `
    import { openSegmentedJournal } from ${JSON.stringify(module.href)};
    ${recordOf.toString()}
    ${stateHashOf.toString()}
    const journal = await openSegmentedJournal({
      directory: ${JSON.stringify(directory)},
      segmentBytes: ${SEGMENT_BYTES},
      stateHash: () => stateHashOf(journal.lastSequence),
    });
    console.log(0);
    for (;;) {
      for (let i = 0; i < 5; i++) journal.append(recordOf(journal.lastSequence + 1));
      console.log(await journal.flush());
    }`;
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** Lets a writer acknowledge that many lines, kills it, and returns the last sequence it acknowledged. */
function killAfter(writer: ChildProcess, lines: number): Promise<number> {
  let text = '';
  writer.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    if (text.split('\n').length > lines) writer.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    writer.once('error', reject);
    writer.once('close', () => resolve(Number(text.split('\n').at(-2))));
  });
}

describe('the journal on a real disk', () => {
  it('has every acknowledged record after its process was killed, again and again', async () => {
    const directory = join(folder, 'killed', 'again');
    const random = seededRandom('kill');
    let rolled = false;
    for (let round = 0; round < 8; round++) {
      const acknowledged = await killAfter(startWriter(directory), random.between(2, 150));
      expect(acknowledged).toBeGreaterThan(0);
      expect(checkJournal(nodeFiles, directory).findings).toEqual([]);
      const journal = await openSegmentedJournal({ directory, segmentBytes: SEGMENT_BYTES });
      expect(journal.lastSequence).toBeGreaterThanOrEqual(acknowledged);
      expectRecords(journal, journal.lastSequence);
      await journal.close();
      rolled ||= nodeFiles.list(directory).includes('segment-00000003');
    }
    expect(rolled).toBe(true);
    expect(nodeFiles.list(directory).filter((name) => name.startsWith('lock'))).toEqual([]);
  });

  it('is locked while another process has it, also under a long path, and free once that is killed', async () => {
    for (const name of ['held', join('a-name-of-forty-letters-to-make-it-long-1', 'x'.repeat(120))]) {
      const directory = join(folder, name);
      const writer = startWriter(directory);
      const held = new Promise((resolve) => writer.stdout?.once('data', resolve));
      await held;
      await expect(openSegmentedJournal({ directory })).rejects.toThrow(JournalInUse);
      await killAfter(writer, 0);
      const journal = await openSegmentedJournal({ directory });
      await expect(openSegmentedJournal({ directory })).rejects.toThrow(JournalInUse);
      await journal.close();
      await (await openSegmentedJournal({ directory })).close();
    }
  });

  it('has at most one winner among contenders that start together', async () => {
    const directory = join(folder, 'contended');
    fs.mkdirSync(directory);
    for (let round = 0; round < 20; round++) {
      const locks = await Promise.allSettled(Array.from({ length: 6 }, () => nodeFiles.lock(directory)));
      const held = locks.filter((lock) => lock.status === 'fulfilled');
      expect(held.length).toBeLessThanOrEqual(1);
      for (const { value } of held) await value.release();
      await (await nodeFiles.lock(directory)).release();
      expect(fs.readdirSync(directory)).toEqual([]);
    }
  });

  it('takes snapshots and backups', async () => {
    const directory = join(folder, 'whole');
    const journal = await openSegmentedJournal({ directory, segmentBytes: SEGMENT_BYTES });
    for (let i = 0; i < 2000; i++) journal.append(recordOf(i + 1));
    expect(await journal.saveSnapshot(new Uint8Array(3 << 20).fill(5))).toBe(2000);
    expect(await journal.backup(join(folder, 'copy'))).toBe(2000);
    expect(journal.latestSnapshot()?.content.length).toBe(3 << 20);
    await journal.close();
    for (const name of [directory, join(folder, 'copy')]) {
      expect(checkJournal(nodeFiles, name)).toMatchObject({ findings: [], records: 2000, snapshots: 1 });
    }
  });
});
