import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hashText } from '../../src/base/index.js';
import { CommandRequest, ERRORS, WIRE_COMMANDS, WIRE_KINDS } from '../../src/contract/index.js';
import { checkEverything } from '../../src/engine/index.js';
import { arbitraryOf } from '../../src/testkit/fromSchema.js';
import { type Answer, fill, openVenue, type Service, startService } from './service.js';

let service: Service;
beforeEach(async () => {
  service = await startService();
  await openVenue(service);
  await service.accept(fill({ buyer: 'ada-1', seller: 'bob-1', price: '40000', quantity: '1' }));
});
afterEach(async () => {
  expect(service.faults).toEqual([]);
  checkEverything(service.host.engine.state);
  await service.stop();
});

const IDS = ['USDT', 'main', 'BTC-PERP', 'ada', 'bob', 'ada-1', 'ada-2', 'bob-1', 'ada-d', 'main#1', 'new'];
const hash = () => hashText(service.host.engine.stateHash());

/** Any command of any kind, as its schema has it. */
const command = fc.oneof(...WIRE_KINDS.map((kind) => arbitraryOf(WIRE_COMMANDS[kind], { ids: IDS })));

/** Commands that go deep: their references fit together. */
const plausible = fc.oneof(
  arbitraryOf(WIRE_COMMANDS.fill, { ids: ['BTC-PERP', 'ada-1', 'ada-2', 'bob-1', 'main#1'] }).map(
    (value) => ({
      ...(value as object),
      instrument: 'BTC-PERP',
    }),
  ),
  fc.integer({ min: 30_000, max: 60_000 }).map((price) => ({
    kind: 'mark',
    sourceTimeMs: service.timeMs,
    marks: [{ instrument: 'BTC-PERP', price: String(price) }],
  })),
  fc
    .tuple(fc.constantFrom('allocate', 'release'), fc.constantFrom('ada-1', 'ada-2', 'bob-1'), fc.nat(60_000))
    .map(([kind, account, amount]) => ({ kind, account, amount: String(amount) })),
  fc.integer({ min: -20_000, max: 20_000 }).map((ppm) => ({
    kind: 'applyFunding',
    instrument: 'BTC-PERP',
    fundingTimeMs: service.timeMs,
    rate: `${ppm < 0 ? '-' : ''}0.${String(Math.abs(ppm)).padStart(6, '0')}`,
  })),
);

/** The same with something somewhere replaced, added or taken away. */
const corrupted = fc
  .tuple(fc.oneof(command, plausible), fc.nat(), fc.oneof(fc.jsonValue(), fc.constant(undefined), strange()))
  .map(([value, at, other]) => {
    const copy = JSON.parse(JSON.stringify(value)) as Record<string, unknown>;
    const places = placesOf(copy);
    const place = places[at % places.length] as (typeof places)[number];
    if (other === undefined) delete place.holder[place.name];
    else place.holder[place.name] = other;
    return copy;
  });

function strange(): fc.Arbitrary<unknown> {
  return fc.constantFrom(
    '',
    '0',
    '-0',
    '-1',
    '1e9',
    '0x10',
    'NaN',
    'Infinity',
    '00',
    '.5',
    '5.',
    ' 1',
    '1 ',
    '\u0000',
    '\ud800',
    '9'.repeat(64),
    '9'.repeat(65),
    `0.${'0'.repeat(61)}1`,
    'a'.repeat(64),
    'a'.repeat(65),
    '__proto__',
    'constructor',
    2 ** 53,
    -1,
    1.5,
    1e300,
    [],
    {},
    null,
    true,
    ['BTC-PERP'],
    { toString: 1 },
    'zo\u00eb',
    '\u202eevil',
    'main#1',
    'main#0',
  );
}

function placesOf(value: unknown): { holder: Record<string, unknown>; name: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  const own = Object.keys(holder).map((name) => ({ holder, name }));
  return [...own, { holder, name: 'extra' }, ...Object.values(holder).flatMap(placesOf)];
}

function expectSound(answer: Answer, before: string): void {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
  if (answer.status === 200) return;
  expect(answer.status).toBe(answer.body.status);
  expect(Object.keys(ERRORS)).toContain(answer.body.code);
  expect(hash(), JSON.stringify(answer.body)).toBe(before);
}

describe('whatever is sent', () => {
  let count = 0;
  const send = async (value: unknown): Promise<Answer> => {
    // Time goes on, now and then past the age of a mark.
    if (++count % 7 === 0) service.timeMs += count % 70 === 0 ? 70_000 : 500;
    const before = hash();
    const answer = await service.post('/v1/commands', { id: `f${count}`, command: value });
    expectSound(answer, before);
    return answer;
  };

  it('a command that fits its schema is taken or refused, never a fault, and a refusal changes nothing', async () => {
    const statuses = new Set<number>();
    await fc.assert(
      fc.asyncProperty(command, async (value) => {
        statuses.add((await send(value)).status);
      }),
      { numRuns: 250 },
    );
    expect(statuses).toContain(200);
    expect(statuses).toContain(400);
    expect(statuses).toContain(404);
  });

  it('a command that makes sense is taken or refused, and a dry run of it first keeps nothing', async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(plausible, async (value) => {
        const before = hash();
        const tried = await service.post('/v1/commands', { command: value, dryRun: true });
        expect(hash()).toBe(before);
        const sent = await service.post('/v1/commands', { id: `p${++count}`, command: value });
        expectSound(sent, before);
        expect(sent.status).toBe(tried.status);
        if (sent.status === 200) {
          taken++;
          expect(sent.body.outcome).toEqual(tried.body.outcome);
        }
      }),
      { numRuns: 150 },
    );
    expect(taken).toBeGreaterThan(15);
  });

  it('a command with something wrong somewhere is never a fault', async () => {
    await fc.assert(
      fc.asyncProperty(corrupted, async (value) => {
        await send(value);
      }),
      { numRuns: 250 },
    );
  });

  it('a body of any JSON, or of no JSON, is a 4xx', async () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc.uint8Array({ maxLength: 200 }),
      arbitraryOf(CommandRequest, { ids: IDS }).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(body, fc.constantFrom('/v1/commands', '/v1/commands/batch'), async (sent, path) => {
        const before = hash();
        const headers = { 'content-type': 'application/json' };
        const answer = await service.raw(path, { method: 'POST', body: sent, headers });
        expectSound(answer, before);
        expect(answer.status).toBeGreaterThanOrEqual(400);
      }),
      { numRuns: 200 },
    );
  });

  it('an address of any kind is answered, and looks change nothing', async () => {
    const before = hash();
    const part = fc.oneof(
      fc.constantFrom('v1', 'accounts', 'ada-1', 'journal', 'explain', '..', '%2e', '%'),
      fc.string(),
    );
    const path = fc.array(part, { maxLength: 5 }).map((parts) => `/${parts.join('/')}`);
    await fc.assert(
      fc.asyncProperty(
        path,
        fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'OPTIONS'),
        async (address, method) => {
          const url = address.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character));
          const response = await fetch(`${service.url}${url.replace(/[?#\\]/g, '')}`, { method });
          await response.arrayBuffer();
          expect(response.status).toBeLessThan(500);
        },
      ),
      { numRuns: 150 },
    );
    expect(hash()).toBe(before);
  });
});
