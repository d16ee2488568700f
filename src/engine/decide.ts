/** One command in, its refusal or its events out. The table below is the list of what the engine can do. */

import type { Command, CommandKind, CommandOf } from './command.js';
import { decideAccrueInterest } from './commands/accrueInterest.js';
import { decideAllocate } from './commands/allocate.js';
import { decideAmendOrder } from './commands/amendOrder.js';
import { decideAnnounceDeposit } from './commands/announceDeposit.js';
import { decideApplyFunding } from './commands/applyFunding.js';
import { decideAssess } from './commands/assess.js';
import { decideAutoMargin, decideSetAutoMargin } from './commands/autoMargin.js';
import { decideBearLenderLoss } from './commands/bearLenderLoss.js';
import { decideBorrow } from './commands/borrow.js';
import { decideCancelOrder } from './commands/cancelOrder.js';
import {
  decideCarveRaised,
  decideGrandfatherHolders,
  decideSetCarveConsent,
} from './commands/carveRaised.js';
import { decideClawBack } from './commands/clawBack.js';
import { decideCloseAccount } from './commands/closeAccount.js';
import { decideConvertFund } from './commands/convertFund.js';
import { decideCover } from './commands/cover.js';
import { decideDeleverage } from './commands/deleverage.js';
import { decideDelist, decideSetReduceOnly } from './commands/delist.js';
import { decideExpire } from './commands/expire.js';
import { decideFill } from './commands/fill.js';
import { decideFinalizeDeposit } from './commands/finalizeDeposit.js';
import { decideHalt, decideLiftHalt, decideSetBreaker } from './commands/halt.js';
import { decideLiquidate } from './commands/liquidate.js';
import { decideListAsset } from './commands/listAsset.js';
import { decideListCollateral } from './commands/listCollateral.js';
import { decideListInstrument } from './commands/listInstrument.js';
import { decideMark } from './commands/mark.js';
import { decideMoveInstrument, decideSplitPool } from './commands/moveInstrument.js';
import { decideCarvePosition, decideMergeAccount } from './commands/movePosition.js';
import { decideNetTakeovers } from './commands/netTakeovers.js';
import { decideOpenAccount } from './commands/openAccount.js';
import { decideOpenClient } from './commands/openClient.js';
import { decideOpenLending } from './commands/openLending.js';
import { decideOpenPool } from './commands/openPool.js';
import { decideOrderUnwinding } from './commands/orderUnwinding.js';
import { decidePayOutside } from './commands/payOutside.js';
import { decidePlaceOrder } from './commands/placeOrder.js';
import { decideClosePool, decideReopenPool, decideWindDownPool } from './commands/poolLifecycle.js';
import {
  decideApprove,
  decideProposeMarkCorrection,
  decideProposeReversal,
  decideProposeTradeBust,
  decideWithdrawProposal,
} from './commands/propose.js';
import { decideQuarantine } from './commands/quarantine.js';
import { decideQuote } from './commands/quote.js';
import { decideRecover } from './commands/recover.js';
import { decideRelease } from './commands/release.js';
import { decideRepay } from './commands/repay.js';
import { decideRequestWithdrawal } from './commands/requestWithdrawal.js';
import { decideReserveCapital } from './commands/reserveCapital.js';
import { decideResume } from './commands/resume.js';
import { decideReturnDeposit } from './commands/returnDeposit.js';
import { decideReturnWithdrawal } from './commands/returnWithdrawal.js';
import { decideDefineScenarios, decideSendScenarios } from './commands/scenarios.js';
import { decideCancelCollateral, decideScheduleCollateral } from './commands/scheduleCollateral.js';
import { decideCancelParameters, decideScheduleParameters } from './commands/scheduleParameters.js';
import { decideSendWithdrawal } from './commands/sendWithdrawal.js';
import { decideSetAutoBorrow } from './commands/setAutoBorrow.js';
import { decideSetFeeTier } from './commands/setFeeTier.js';
import { decideSetFundCoolDown } from './commands/setFundCoolDown.js';
import { decideSetGroup } from './commands/setGroup.js';
import { decideSetIsolationLevel } from './commands/setIsolationLevel.js';
import { decideSetLeverage } from './commands/setLeverage.js';
import { decideSetLiquidation } from './commands/setLiquidation.js';
import { decideSetAssetSources, decideSetIndexSources } from './commands/setSources.js';
import { decideSettleExpiry } from './commands/settleExpiry.js';
import { decideSettleWithdrawal } from './commands/settleWithdrawal.js';
import { decideSetWaterfall } from './commands/setWaterfall.js';
import { decideShare } from './commands/share.js';
import { decideSupply } from './commands/supply.js';
import { decideSwitchMode } from './commands/switchMode.js';
import { decideTakeOver } from './commands/takeOver.js';
import { decideUnwindOutside } from './commands/unwindOutside.js';
import {
  decideDrainFacility,
  decideDrawDownFund,
  decideFeesToCapital,
  decideFundFacility,
  decideInjectCapital,
  decideTopUpFund,
} from './commands/venueMoney.js';
import { decideWithdrawSupply } from './commands/withdrawSupply.js';
import { decideWriteOffLoss } from './commands/writeOffLoss.js';
import type { Decision, Situation } from './decision.js';

type Deciders = { readonly [K in CommandKind]: (situation: Situation, command: CommandOf<K>) => Decision };

const DECIDERS: Deciders = {
  listAsset: decideListAsset,
  openPool: decideOpenPool,
  listInstrument: decideListInstrument,
  scheduleParameters: decideScheduleParameters,
  cancelParameters: decideCancelParameters,
  openClient: decideOpenClient,
  setFeeTier: decideSetFeeTier,
  announceDeposit: decideAnnounceDeposit,
  finalizeDeposit: decideFinalizeDeposit,
  returnDeposit: decideReturnDeposit,
  requestWithdrawal: decideRequestWithdrawal,
  sendWithdrawal: decideSendWithdrawal,
  settleWithdrawal: decideSettleWithdrawal,
  returnWithdrawal: decideReturnWithdrawal,
  openAccount: decideOpenAccount,
  allocate: decideAllocate,
  release: decideRelease,
  setLeverage: decideSetLeverage,
  closeAccount: decideCloseAccount,
  setAutoMargin: decideSetAutoMargin,
  switchMode: decideSwitchMode,
  carvePosition: decideCarvePosition,
  mergeAccount: decideMergeAccount,
  fill: decideFill,
  placeOrder: decidePlaceOrder,
  amendOrder: decideAmendOrder,
  cancelOrder: decideCancelOrder,
  mark: decideMark,
  applyFunding: decideApplyFunding,
  expire: decideExpire,
  setReduceOnly: decideSetReduceOnly,
  delist: decideDelist,
  injectCapital: decideInjectCapital,
  topUpFund: decideTopUpFund,
  drawDownFund: decideDrawDownFund,
  feesToCapital: decideFeesToCapital,
  listCollateral: decideListCollateral,
  defineScenarios: decideDefineScenarios,
  sendScenarios: decideSendScenarios,
  fundFacility: decideFundFacility,
  drainFacility: decideDrainFacility,
  resume: decideResume,
  takeOver: decideTakeOver,
  netTakeovers: decideNetTakeovers,
  unwindOutside: decideUnwindOutside,
  cover: decideCover,
  deleverage: decideDeleverage,
  share: decideShare,
  clawBack: decideClawBack,
  settleExpiry: decideSettleExpiry,
  assess: decideAssess,
  payOutside: decidePayOutside,
  openLending: decideOpenLending,
  supply: decideSupply,
  withdrawSupply: decideWithdrawSupply,
  borrow: decideBorrow,
  repay: decideRepay,
  accrueInterest: decideAccrueInterest,
  setAutoBorrow: decideSetAutoBorrow,
  bearLenderLoss: decideBearLenderLoss,
  autoMargin: decideAutoMargin,
  setLiquidation: decideSetLiquidation,
  liquidate: decideLiquidate,
  orderUnwinding: decideOrderUnwinding,
  convertFund: decideConvertFund,
  setGroup: decideSetGroup,
  halt: decideHalt,
  liftHalt: decideLiftHalt,
  setBreaker: decideSetBreaker,
  setWaterfall: decideSetWaterfall,
  recover: decideRecover,
  quarantine: (_situation, command) => decideQuarantine(command),
  moveInstrument: decideMoveInstrument,
  splitPool: decideSplitPool,
  proposeTradeBust: decideProposeTradeBust,
  proposeMarkCorrection: decideProposeMarkCorrection,
  proposeReversal: decideProposeReversal,
  approve: decideApprove,
  withdrawProposal: decideWithdrawProposal,
  setIsolationLevel: decideSetIsolationLevel,
  windDownPool: decideWindDownPool,
  closePool: decideClosePool,
  reopenPool: decideReopenPool,
  writeOffLoss: decideWriteOffLoss,
  setCarveConsent: decideSetCarveConsent,
  carveRaised: decideCarveRaised,
  grandfatherHolders: decideGrandfatherHolders,
  setAssetSources: decideSetAssetSources,
  setIndexSources: decideSetIndexSources,
  quote: decideQuote,
  reserveCapital: decideReserveCapital,
  setFundCoolDown: decideSetFundCoolDown,
  scheduleCollateral: decideScheduleCollateral,
  cancelCollateral: decideCancelCollateral,
};

export function decide(situation: Situation, command: Command): Decision {
  const decider = DECIDERS[command.kind] as (situation: Situation, command: Command) => Decision;
  return decider(situation, command);
}
