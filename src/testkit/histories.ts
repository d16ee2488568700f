/**
 * Random histories: a small venue of several pools, instruments and clients, and hundreds of commands to it,
 * most of them plausible and some ill formed. One seed makes one history, the same on every machine; a
 * history is made while it is played, because a plausible command has to look at the state it meets.
 */
import type { Engine, Recorded } from '../engine/index.js';
import { answerOrders, CONTAINMENT_ACTS, setLiquidation } from './historyContainment.js';
import { correctSometimes } from './historyCorrections.js';
import { illFormed } from './historyIllFormed.js';
import { levelSometimes } from './historyLevels.js';
import { endPoolSometimes } from './historyLifecycle.js';
import { badMark, expire, fund, gap, gapCollateral, markSome } from './historyMarket.js';
import {
  allocate,
  closeAccount,
  moveCash,
  moveVenueMoney,
  openAccount,
  openClient,
  release,
  setLeverage,
} from './historyMoney.js';
import { moveSometimes } from './historyMoves.js';
import {
  amendOrder,
  cancelOrder,
  carvePosition,
  fillOrder,
  mergeAccount,
  placeOrder,
  switchMode,
} from './historyOrders.js';
import {
  anyMarket,
  createPlayer,
  type HistoryOptions,
  type Player,
  type Step,
  send,
} from './historyPlayer.js';
import {
  cancelParameters,
  delist,
  scheduleParameters,
  setAutoMargin,
  setFeeTier,
  setReduceOnly,
} from './historyRules.js';
import { sendScenarios } from './historyScenarios.js';
import { declareSometimes } from './historySources.js';
import { tradeAccounts, tradeOutside, unwindTakeover } from './historyTrading.js';
import { setUp } from './historyVenue.js';

export type { HistoryOptions, Step } from './historyPlayer.js';

export interface PlayedHistory {
  readonly engine: Engine;
  readonly steps: readonly Step[];
  readonly recorded: readonly Recorded[];
}

/** Plays the history of a seed. Whatever is thrown on the way names the seed and the step. */
export function playHistory(seed: string, options: HistoryOptions): PlayedHistory {
  const player = createPlayer(seed, options);
  try {
    setUp(player);
    if (options.isContained === true) for (const { pool } of player.pools) setLiquidation(player, pool);
    for (let i = 0; i < options.commands; i++) {
      playOne(player);
      if (options.isContained === true) answerOrders(player);
      if (options.isMoving === true) moveSometimes(player);
      if (options.isEnding === true) endPoolSometimes(player);
      if (options.isCorrecting === true) correctSometimes(player);
      if (options.isLevelled === true) levelSometimes(player);
      if (options.isSourced === true) declareSometimes(player);
    }
  } catch (error) {
    const { steps } = player;
    const last = steps[steps.length - 1]?.command.kind ?? 'nothing';
    throw new Error(`history '${seed}', step ${steps.length} (${last}): ${(error as Error).message}`, {
      cause: error,
    });
  }
  return { engine: player.engine, steps: player.steps, recorded: player.recorded };
}

/** The same commands to another engine, with what it recorded for each. */
export function playSteps(engine: Engine, steps: readonly Step[]): Recorded[] {
  return steps.map(({ commandId, command, clockMs }) => {
    const submission = engine.submit(commandId, command, clockMs);
    if (submission.kind !== 'recorded') throw new Error(`${commandId} was a ${submission.kind}`);
    return submission;
  });
}

type Act = (player: Player) => void;

/** What is done, and how often. */
const ACTS: readonly (readonly [number, Act])[] = [
  [27, tradeAccounts],
  [20, markSome],
  [3, gap],
  [1, gapCollateral],
  [2, badMark],
  [5, fund],
  [5, tradeOutside],
  [6, unwindTakeover],
  [5, allocate],
  [6, release],
  [3, setLeverage],
  [6, placeOrder],
  [6, fillOrder],
  [1, amendOrder],
  [2, cancelOrder],
  [2, switchMode],
  [4, sendScenarios],
  [1, carvePosition],
  [1, mergeAccount],
  [2, closeAccount],
  [4, openAccount],
  [1, openClient],
  [3, moveCash],
  [2, expire],
  [2, moveVenueMoney],
  [2, (player) => send(player, { kind: 'resume', pool: anyMarket(player).pool })],
  [2, scheduleParameters],
  [0.5, cancelParameters],
  [2, setAutoMargin],
  [1, setFeeTier],
  [0.4, setReduceOnly],
  [0.3, delist],
  [5, illFormed],
];

const CONTAINED_ACTS = [...ACTS, ...CONTAINMENT_ACTS];

const totalOf = (acts: typeof ACTS) => acts.reduce((sum, [weight]) => sum + weight, 0);
const ACTS_TOTAL = totalOf(ACTS);
const CONTAINED_TOTAL = totalOf(CONTAINED_ACTS);

function playOne(player: Player): void {
  const { random, coming, options } = player;
  player.timeMs += random.unit() < 0.01 ? random.between(1, 3) * 3_600_000 : random.between(0, 90_000);
  const next = coming.shift();
  if (next !== undefined) return next();
  const isContained = options.isContained === true;
  let at = random.unit() * (isContained ? CONTAINED_TOTAL : ACTS_TOTAL);
  for (const [weight, act] of isContained ? CONTAINED_ACTS : ACTS) {
    at -= weight;
    if (at < 0) return act(player);
  }
}
