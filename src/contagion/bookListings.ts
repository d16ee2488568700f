/** What a book's venue consists of, as commands: assets, pools, instruments, and the prices they stand at. */
import { append } from '../base/append.js';
import type { ExternalCommand } from '../engine/index.js';
import type { InstrumentDefinition } from '../market/index.js';
import type { Book } from './book.js';
import { crossPools, type Plan } from './bookPlan.js';
import { openingTerms } from './openingTerms.js';
import { poolOf } from './placePools.js';
import { type Policy, takesCollateral } from './policy.js';

/** Internal commands a pool may run after one command: more than any step of a crisis sets off. */
const WORK_BUDGET = 1_000_000;

/** Assets, pools and instruments, at the terms of the opening. */
export function listings(plan: Plan): ExternalCommand[] {
  const { book, policy, pools } = plan;
  const cross = crossPools(plan);
  const commands: ExternalCommand[] = book.assets.map(({ id, decimals }) => ({
    kind: 'listAsset',
    asset: id,
    decimals,
  }));
  for (const { id: pool, rules } of pools) {
    commands.push({
      kind: 'openPool',
      pool,
      isDesk: false,
      workBudget: WORK_BUDGET,
      admission: 'fills',
      valuationAsset: cross.has(pool) ? book.valuationAsset : null,
      legRule: 'larger',
    });
    if (rules.liquidation !== null)
      commands.push({ kind: 'setLiquidation', pool, policy: rules.liquidation });
    if (cross.has(pool)) append(commands, collateralListings(book, policy, pool));
  }
  for (const definition of definitions(book, policy))
    commands.push({ kind: 'listInstrument', ...withLists(openingTerms(definition)) });
  return commands;
}

/** Feeds and guards are the run's to play with: unless the policy says so prices never age, and a jump acts at once. */
function collateralListings({ assets }: Book, policy: Policy, pool: string): ExternalCommand[] {
  return assets.flatMap(({ id, collateral }): ExternalCommand[] => {
    if (collateral === null || !takesCollateral(policy, pool, id)) return [];
    const { price: _price, ...counts } = collateral;
    return [
      {
        kind: 'listCollateral',
        pool,
        asset: id,
        ...counts,
        priceMaxAgeMs: policy.collateralMaxAgeMs ?? 2 ** 40,
        priceMaxJumpPpm: 100_000_000n,
        priceConfirmations: 1,
      },
    ];
  });
}

function definitions({ instruments }: Book, { pools }: Policy): InstrumentDefinition[] {
  return instruments.map(({ definition, pool }) => ({
    ...definition,
    pool: poolOf(pools, definition.id, pool),
  }));
}

function withLists(definition: InstrumentDefinition) {
  return { ...definition, brackets: [...definition.brackets], feeTiers: [...definition.feeTiers] };
}

/** The instruments' own terms, in force with the next command. */
export function realTerms({ book, policy, timeMs }: Plan): ExternalCommand[] {
  return definitions(book, policy).map((definition) => ({
    kind: 'scheduleParameters',
    definition: withLists(definition),
    effectiveMs: timeMs,
    graceUntilMs: timeMs,
    liquidateAtOnce: false,
  }));
}

/** All marks and prices of collateral of the book. */
export function marks(plan: Plan): ExternalCommand {
  const { book, pools, timeMs } = plan;
  const cross = crossPools(plan);
  return {
    kind: 'mark',
    sourceTimeMs: timeMs,
    marks: book.instruments.map(({ definition, markTicks, indexTicks }) => ({
      instrument: definition.id,
      markTicks,
      indexTicks,
    })),
    assetPrices: pools
      .filter(({ id }) => cross.has(id))
      .flatMap(({ id: pool }) =>
        book.assets.flatMap(({ id: asset, collateral }) =>
          collateral === null || !takesCollateral(plan.policy, pool, asset)
            ? []
            : [{ pool, asset, price: collateral.price }],
        ),
      ),
  };
}
