import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { environmentName, SETTING_NAMES, SETTINGS, settingsSchema } from '../contract/index.js';
import { config } from './config.js';
import type { Io } from './io.js';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'bulkhead-config-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function run(args: readonly string[], env: Io['env'] = {}) {
  const said = { out: '', code: -1, error: '' };
  const io: Io = {
    input: (async function* () {})(),
    out: (text) => {
      said.out += text;
    },
    err: () => undefined,
    isErrTerminal: false,
    hasColour: false,
    env,
  };
  try {
    said.code = await config(args, io);
  } catch (error) {
    said.error = (error as Error).message;
  }
  return said;
}

const shown = async (args: readonly string[] = [], env: Io['env'] = {}) => {
  const { out, error } = await run(['show', '--json', ...args], env);
  expect(error).toBe('');
  return JSON.parse(out) as Record<string, { value: unknown; from: string }>;
};

const file = (content: unknown) => {
  const path = join(directory, 'settings.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('settings', () => {
  it('are what they are otherwise, each good by its own schema', async () => {
    const found = await shown();
    expect(Object.keys(found)).toEqual(SETTING_NAMES);
    for (const name of SETTING_NAMES)
      expect(found[name]).toEqual({ value: SETTINGS[name].fallback, from: 'default' });
    const validate = new Ajv2020({ strict: false }).compile(settingsSchema());
    expect(validate({ listen: { port: 1 }, log: { level: 'info' } })).toBe(true);
    expect(validate({ listen: { prot: 1 } })).toBe(false);
  });

  it('come from the command line before the environment, and from that before the file', async () => {
    const path = file({ listen: { port: 1, host: '127.0.0.3' }, log: { level: 'info' }, data: '/a' });
    const env = { BULKHEAD_LISTEN_PORT: '2', BULKHEAD_LOG_LEVEL: 'debug' };
    const found = await shown(['--config', path, '--port', '3'], env);
    expect(found['listen.port']).toEqual({ value: 3, from: 'command line' });
    expect(found['log.level']).toEqual({ value: 'debug', from: 'environment' });
    expect(found['listen.host']).toEqual({ value: '127.0.0.3', from: 'file' });
  });

  it('have a name in the environment, where lists and objects are JSON', async () => {
    expect(environmentName('listen.tlsKey')).toBe('BULKHEAD_LISTEN_TLS_KEY');
    const found = await shown([], {
      BULKHEAD_ACCESS_FOUR_EYES: '["treasury"]',
    });
    expect(found['access.fourEyes']?.value).toEqual(['treasury']);
  });

  it('are refused with their place where they are wrong', async () => {
    const refusal = async (content: unknown) => (await run(['check', '--config', file(content)])).error;
    expect(await refusal('{')).toMatch(/is not JSON/);
    expect(await refusal([])).toMatch(/\(file\) must be an object/);
    expect(await refusal({ listen: { port: '1' } })).toMatch(/\/listen\/port/);
    expect(await refusal({ listen: { prot: 1 } })).toMatch(/\/listen\/prot there is no such setting/);
    expect(await refusal({ lisen: {} })).toMatch(/\/lisen there is no such setting/);
    expect(await refusal({ listen: 4 })).toMatch(/\/listen must be an object/);
    expect(await refusal({ access: { mode: 'none' }, listen: { host: '0.0.0.0' } })).toMatch(
      /only for an address of this machine/,
    );
    expect(await refusal({ listen: { tlsKey: '/none' } })).toMatch(/given together/);
    expect(await refusal({ risk: join(directory, 'none') })).toMatch(/no such file/);
    expect((await run(['check'], { BULKHEAD_LISTEN_PORT: 'x' })).error).toMatch(/BULKHEAD_LISTEN_PORT/);
    expect((await run(['check'], { BULKHEAD_LISTEN_PROT: '1' })).error).toMatch(
      /BULKHEAD_LISTEN_PROT is no setting/,
    );
    expect((await run(['check', '--port', 'x'])).error).toMatch(/--port/);
    expect((await run(['chek'])).error).toMatch(/show, check or schema/);
    expect((await run(['check'])).out).toBe('the settings are good\n');
  });

  it('never show the master key', async () => {
    const { out } = await run(['show'], { BULKHEAD_MASTER_KEY: 'ab'.repeat(32) });
    expect(out).not.toContain('abab');
  });
});
