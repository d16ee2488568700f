import { describe, expect, it } from 'vitest';
import { openMemoryHost } from '../journal/index.js';
import { createRunLog } from './runLog.js';
import { createSender } from './sender.js';

describe('createRunLog', () => {
  it('counts every command, and every refusal by command and code', async () => {
    const host = await openMemoryHost();
    const log = createRunLog(host.engine.state);
    const sender = createSender(host, [log.see]);
    sender.send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
    sender.send({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
    sender.send({
      kind: 'openAccount',
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
      account: 'a',
      client: 'nobody',
      instrument: 'X',
      leveragePpm: 1n,
    });
    sender.send({
      kind: 'openAccount',
      marginMode: 'isolated',
      pool: null,
      hasLegs: false,
      account: 'b',
      client: 'nobody',
      instrument: 'X',
      leveragePpm: 1n,
    });
    await sender.settle();
    expect([...log.commands]).toEqual([
      ['listAsset', 2],
      ['openAccount', 2],
    ]);
    expect(log.events).toBe(1);
    expect([...log.refusals.values()]).toEqual([
      { command: 'listAsset', code: 'already_exists', count: 1 },
      { command: 'openAccount', code: 'unknown_client', count: 2 },
    ]);
  });
});

describe('createSender', () => {
  it('answers at once what became of a command, at the time of the simulation', async () => {
    const host = await openMemoryHost();
    const sender = createSender(host, []);
    sender.timeMs = 1_000_000;
    expect(sender.send({ kind: 'openClient', client: 'c' }).kind).toBe('accepted');
    expect(sender.send({ kind: 'openClient', client: 'c' }).kind).toBe('rejected');
    expect(host.engine.state.clock).toEqual({ timeMs: 1_000_000, sequence: 2 });
    expect(sender.waiting).toBe(2);
    await sender.settle();
    expect(sender.waiting).toBe(0);
  });

  it('leaves the host as it was once it is closed', async () => {
    const host = await openMemoryHost();
    const before = host.engine.onRecord;
    const sender = createSender(host, [() => undefined]);
    expect(host.engine.onRecord).not.toBe(before);
    sender.close();
    expect(host.engine.onRecord).toBe(before);
  });
});
