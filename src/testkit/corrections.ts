/** Proposals of corrections as tests write them: by ann, to be approved by ben. */
import type { CommandOf } from '../engine/command.js';
import { usdt, type World } from './world.js';

type Named<K extends Parameters<typeof proposed>[1]['kind']> = Partial<CommandOf<K>>;

function proposed(world: World, command: Proposal): Proposal {
  return { ...command, expiresMs: command.expiresMs === 0 ? world.timeMs + 60_000 : command.expiresMs };
}

type Proposal = CommandOf<'proposeTradeBust' | 'proposeMarkCorrection' | 'proposeReversal'>;

const BY = { proposal: 'fix', operator: 'ann', expiresMs: 0 } as const;
const CAPS = { fundCapMinor: usdt(100_000), venueCapMinor: usdt(100_000) } as const;

export function tradeBust(world: World, named: Named<'proposeTradeBust'> = {}) {
  return proposed(world, {
    kind: 'proposeTradeBust',
    ...BY,
    instrument: 'BTC-PERP',
    sequence: 1,
    priceTicks: 500_000n,
    lots: 100n,
    buyer: 'ada',
    buyerLeg: 'net',
    seller: 'bob',
    sellerLeg: 'net',
    fairTicks: 400_000n,
    ...CAPS,
    ...named,
  }) as CommandOf<'proposeTradeBust'>;
}

export function markCorrection(world: World, named: Named<'proposeMarkCorrection'> = {}) {
  return proposed(world, {
    kind: 'proposeMarkCorrection',
    ...BY,
    instrument: 'BTC-PERP',
    sequence: 1,
    fromMs: world.timeMs,
    toMs: null,
    wrongTicks: 3_200_000n,
    rightTicks: 4_000_000n,
    indexTicks: 0n,
    ...named,
  }) as CommandOf<'proposeMarkCorrection'>;
}

export function reversal(world: World, named: Named<'proposeReversal'> = {}) {
  return proposed(world, {
    kind: 'proposeReversal',
    ...BY,
    proposal: 'back',
    instrument: 'BTC-PERP',
    takeover: 'main#1',
    correctedBy: 'fix',
    ...CAPS,
    ...named,
  }) as CommandOf<'proposeReversal'>;
}

export const approval = (proposal = 'fix', operator = 'ben') =>
  ({ kind: 'approve', proposal, operator }) as const;
