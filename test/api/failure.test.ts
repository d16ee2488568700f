import { afterEach, describe, expect, it } from 'vitest';
import { type Host, JournalFailed, openMemoryHost } from '../../src/journal/index.js';
import { type Server, startServer } from '../../src/server/index.js';

let server: Server | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

/** A host whose disk fails when it is told to: nothing becomes durable any more. */
async function breakableHost(): Promise<{ host: Host; fail: () => void }> {
  const inner = await openMemoryHost();
  let failure: JournalFailed | null = null;
  const durable = async <T>(work: Promise<T>): Promise<T> => {
    const value = await work;
    if (failure !== null) throw failure;
    return value;
  };
  const host: Host = {
    ...inner,
    submit: (...args) => durable(inner.submit(...args)),
    read: (look) => durable(inner.read(look)),
    dryRun: (command, look) => durable(inner.dryRun(command, look)),
    trial: (play, look) => durable(inner.trial(play, look)),
  };
  return {
    host,
    fail: () => {
      failure = new JournalFailed('no space left on the device');
    },
  };
}

async function ask(path: string, body?: unknown) {
  const init = {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  };
  const response = await fetch(`${server?.url}${path}`, body === undefined ? {} : init);
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}

describe('a service whose journal has failed', () => {
  it('answers 503 to everything from then on, is not ready, and says so once', async () => {
    const { host, fail } = await breakableHost();
    const failures: Error[] = [];
    server = await startServer({
      host,
      address: '127.0.0.1',
      port: 0,
      onFailure: (error) => failures.push(error),
    });
    const list = (asset: string) => ({ id: asset, command: { kind: 'listAsset', asset, decimals: 6 } });
    expect((await ask('/v1/commands', list('USDT'))).status).toBe(200);
    expect((await ask('/readyz')).status).toBe(200);

    fail();
    const refused = { status: 503, body: { code: 'journal_failed', retryable: true, status: 503 } };
    expect(await ask('/v1/commands', list('BTC'))).toMatchObject(refused);
    expect(failures.map(({ message }) => message)).toEqual(['no space left on the device']);
    // Not what was applied and never became durable, nor that it was not there before.
    for (const path of ['/v1/assets', '/v1/state', '/v1/journal', '/readyz', '/livez', '/nowhere']) {
      expect(await ask(path), path).toMatchObject(refused);
    }
    expect(await ask('/v1/commands', { dryRun: true, command: list('ETH').command })).toMatchObject(refused);
    expect(await ask('/v1/commands', list('USDT'))).toMatchObject(refused);
    expect(await ask('/v1/commands/batch', { commands: [list('ETH'), list('SOL')] })).toMatchObject(refused);
    expect(failures).toHaveLength(1);
  });

  it('shows nothing of a command whose write has failed, to whoever asks at the same time', async () => {
    const { host, fail } = await breakableHost();
    server = await startServer({ host, address: '127.0.0.1', port: 0 });
    fail();
    const [looked, refusedByState] = await Promise.all([
      ask('/v1/assets'),
      ask('/v1/commands', { id: 'x', command: { kind: 'injectCapital', asset: 'USDT', amount: '1' } }),
    ]);
    expect(looked.status).toBe(503);
    expect(refusedByState.status).toBe(503);
  });

  it('keeps on after a fault of its own that the journal knows nothing of', async () => {
    const inner = await openMemoryHost();
    const faults: Error[] = [];
    let isBroken = true;
    const host: Host = {
      ...inner,
      dryRun: (command, look) =>
        isBroken ? Promise.reject(new Error('a fault')) : inner.dryRun(command, look),
    };
    server = await startServer({
      host,
      address: '127.0.0.1',
      port: 0,
      onFault: (error) => faults.push(error),
    });
    const request = { dryRun: true, command: { kind: 'listAsset', asset: 'USDT', decimals: 6 } };
    expect(await ask('/v1/commands', request)).toMatchObject({
      status: 500,
      body: { code: 'internal_error' },
    });
    expect(faults.map(({ message }) => message)).toEqual(['a fault']);
    isBroken = false;
    expect((await ask('/v1/commands', request)).status).toBe(200);
  });
});
