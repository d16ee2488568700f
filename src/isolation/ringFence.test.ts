import { describe, expect, it } from 'vitest';
import { mixName } from '../base/index.js';
import { UndoLog } from '../base/undoLog.js';
import { LEDGER_KINDS, Ledger, type LedgerKind } from '../ledger/index.js';
import { FLOW_NAMES, FLOWS, type FlowName } from './flows.js';
import { isAllowed, ringFence } from './ringFence.js';

/** Two ledger accounts of every kind for each of two owners, in one asset. */
function world() {
  const ledger = new Ledger(new UndoLog());
  const rows = new Map<string, number>();
  for (const owner of [0, 1]) {
    for (const kind of LEDGER_KINDS) {
      const isClients = ['wallet', 'pendingDeposit', 'pendingWithdrawal'].includes(kind);
      const isVenues = ['external', 'capital', 'fees', 'inTransit'].includes(kind);
      rows.set(
        `${kind}${owner}`,
        ledger.open(
          {
            kind,
            assetRow: 0,
            clientRow: isClients || kind === 'margin' ? owner : -1,
            accountRow: kind === 'margin' ? owner : -1,
            poolRow: isClients || isVenues ? -1 : owner,
          },
          mixName(`${kind}${owner}`),
        ),
      );
    }
  }
  const row = (kind: LedgerKind, owner: 0 | 1) => rows.get(`${kind}${owner}`) as number;
  return { ledger, row, fence: ringFence(ledger) };
}

describe('the ring fence', () => {
  it('allows for each flow the kinds on its line and no other pair of the chart (LED-01)', () => {
    const { ledger, row } = world();
    for (const flow of FLOW_NAMES) {
      const { from, to, bond } = FLOWS[flow] as {
        from: readonly LedgerKind[];
        to: readonly LedgerKind[];
        bond: string;
      };
      const owner = bond === 'otherPool' ? 1 : 0;
      for (const source of LEDGER_KINDS)
        for (const target of LEDGER_KINDS) {
          if (owner === 1 && ledger.poolOf(row(source, 0)) < 0) continue;
          const transfer = { flow, from: row(source, 0), to: row(target, owner), amount: 1n };
          expect(isAllowed(ledger, transfer), `${flow} from ${source} to ${target}`).toBe(
            from.includes(source) && to.includes(target),
          );
        }
    }
  });

  it('lets nothing cross to another client, and nothing to another pool, but by way of the venue, a client that lends to it, or with an instrument that moves (ISO-01, law 8)', () => {
    const { ledger, row } = world();
    const isVenues = (kind: LedgerKind) => ['external', 'capital', 'fees', 'inTransit'].includes(kind);
    const moving = FLOW_NAMES.filter((flow) => FLOWS[flow].bond === 'otherPool');
    expect(moving).toEqual(['moveSettlement', 'moveFunding', 'moveFund']);
    for (const flow of FLOW_NAMES) {
      if (moving.includes(flow)) continue;
      const { from, to, bond } = FLOWS[flow] as (typeof FLOWS)[FlowName] & {
        from: readonly LedgerKind[];
        to: readonly LedgerKind[];
      };
      for (const source of from)
        for (const target of to) {
          const crosses = { flow, from: row(source, 0), to: row(target, 1), amount: 1n };
          const allowed = isAllowed(ledger, crosses);
          const isLenders =
            source === 'lending' ? target === 'wallet' : target === 'lending' && source === 'wallet';
          if (isVenues(source) || isVenues(target) || isLenders) expect(allowed, flow).toBe(bond === 'none');
          else expect(allowed, `${flow} from ${source} to another's ${target}`).toBe(false);
        }
    }
  });

  it('lets what goes along with an instrument go between two pools only, each time to the same kind (LED-01)', () => {
    const { ledger, row } = world();
    for (const flow of ['moveSettlement', 'moveFunding', 'moveFund'] as const) {
      const [kind] = FLOWS[flow].from;
      expect(FLOWS[flow].to).toEqual([kind]);
      expect(isAllowed(ledger, { flow, from: row(kind, 0), to: row(kind, 0), amount: 1n })).toBe(false);
      expect(isAllowed(ledger, { flow, from: row(kind, 0), to: row(kind, 1), amount: 1n })).toBe(true);
      expect(isAllowed(ledger, { flow, from: row('wallet', 0), to: row(kind, 1), amount: 1n })).toBe(false);
    }
  });

  it('takes money out of a wallet by three flows only: to be sent outside, to back an account of the same client, or to be lent (ISO-01)', () => {
    const out = FLOW_NAMES.filter((flow) => (FLOWS[flow].from as readonly LedgerKind[]).includes('wallet'));
    expect(out).toEqual(['withdrawRequest', 'allocate', 'lend']);
  });

  it('refuses a forged stamp and moves nothing (LED-01)', () => {
    const { ledger, row, fence } = world();
    const [external, wallet, margin, fund] = [
      row('external', 0),
      row('wallet', 0),
      row('margin', 0),
      row('insuranceFund', 0),
    ];
    fence({ flow: 'depositAnnounce', from: external, to: row('pendingDeposit', 0), amount: 10n });
    fence({ flow: 'depositFinal', from: row('pendingDeposit', 0), to: wallet, amount: 10n });
    const forged: [string, number, number][] = [
      ['gift', wallet, row('wallet', 1)],
      ['', wallet, margin],
      ['constructor', wallet, margin],
      ['toString', wallet, margin],
      ['__proto__', wallet, margin],
      ['hasOwnProperty', wallet, fund],
      ['allocate', wallet, row('margin', 1)],
      ['release', wallet, margin],
      ['cover', wallet, row('receivable', 0)],
      ['allocate', wallet, -1],
      ['allocate', 9_999, margin],
    ];
    for (const [flow, from, to] of forged) {
      expect(() => fence({ flow: flow as FlowName, from, to, amount: 1n }), `${flow} ${from} ${to}`).toThrow(
        'the ring fence has no flow',
      );
    }
    expect([ledger.balance(wallet), ledger.balance(margin), ledger.balance(fund)]).toEqual([10n, 0n, 0n]);
    fence({ flow: 'allocate', from: wallet, to: margin, amount: 4n });
    expect([ledger.balance(wallet), ledger.balance(margin)]).toEqual([6n, 4n]);
  });

  it('is the only one that can post: a second claim on the ledger is refused (LED-01)', () => {
    const { ledger } = world();
    expect(() => ringFence(ledger)).toThrow('the right to post is taken');
    expect(() => ledger.claimPost()).toThrow('the right to post is taken');
  });

  it('gives each flow a reason in words', () => {
    for (const flow of FLOW_NAMES) expect(FLOWS[flow].reason.length).toBeGreaterThan(8);
    expect(new Set(FLOW_NAMES.map((flow) => FLOWS[flow].reason)).size).toBe(FLOW_NAMES.length);
  });
});
