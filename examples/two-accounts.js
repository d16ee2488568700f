// One client, two isolated accounts on the same market: one is liquidated, the other does not notice.
import { hashText } from 'bulkhead/base';
import { clientLedgerRow, createEngine } from 'bulkhead/engine';
import { trialBalance } from 'bulkhead/ledger';

const engine = createEngine();
const { state } = engine;
let timeMs = Date.UTC(2026, 0, 1);
let count = 0;

/** Submits a command and fails loudly if it is refused. */
function submit(command) {
  const { record, work } = engine.submit(`command-${++count}`, command, timeMs);
  if (record.outcome.kind === 'rejected') throw new Error(record.outcome.rejection.code);
  return [record, ...work].flatMap(({ outcome }) => outcome.events ?? []);
}

const usdt = (amount) => BigInt(amount) * 1_000_000n;
const mark = (price) => {
  timeMs += 60_000;
  const markTicks = BigInt(price) * 10n;
  return submit({
    kind: 'mark',
    assetPrices: [],
    sourceTimeMs: timeMs,
    marks: [{ instrument: 'BTC-PERP', markTicks, indexTicks: markTicks }],
  });
};
const buy = (account, lots) => {
  const side = (id) => ({
    party: 'account',
    leg: 'net',
    order: '',
    id,
    allocateMinor: 0n,
    allocateInitial: true,
  });
  submit({
    kind: 'fill',
    instrument: 'BTC-PERP',
    priceTicks: 400_000n,
    lots,
    buyer: side(account),
    seller: side('bob/short'),
    taker: 'buyer',
  });
};

submit({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
submit({
  kind: 'openPool',
  admission: 'fills',
  valuationAsset: null,
  legRule: 'larger',
  pool: 'btc',
  isDesk: false,
  workBudget: 1_000,
});
submit({
  kind: 'listInstrument',
  id: 'BTC-PERP',
  pool: 'btc',
  instrumentKind: 'perpetual',
  payoff: 'linear',
  base: 'BTC',
  quote: 'USDT',
  settle: 'USDT',
  contractSize: '1',
  tickSize: '0.1',
  lotSize: '0.001',
  markTicksPerTick: 1n,
  makerFeePpm: 0n,
  takerFeePpm: 0n,
  maintenanceBasis: 'mark',
  initialBasis: 'mark',
  closeFee: 'none',
  unrealizedProfitSharePpm: 0n,
  removalFloorPpm: 100_000n,
  markMaxAgeMs: 300_000,
  markMaxJumpPpm: 200_000n,
  markConfirmations: 2,
  fillBandPpm: 50_000n,
  fundingRateMaxPpm: 10_000n,
  expiryMs: null,
  option: null,
  positionCapLots: null,
  openInterestCapLots: null,
  concentration: null,
  feeTiers: [],
  brackets: [
    {
      notionalCapMinor: null,
      initialMarginRatePpm: 10_000n,
      maintenanceMarginRatePpm: 5_000n,
      leverageMaxPpm: 100_000_000n,
    },
  ],
});
mark(40_000);
for (const [client, amount] of [
  ['ada', 30_000],
  ['bob', 100_000],
]) {
  submit({ kind: 'openClient', client });
  submit({
    kind: 'announceDeposit',
    deposit: `${client}-1`,
    client,
    asset: 'USDT',
    amountMinor: usdt(amount),
  });
  submit({ kind: 'finalizeDeposit', deposit: `${client}-1` });
}
for (const [account, client, leverage] of [
  ['ada/10x', 'ada', 10n],
  ['ada/2x', 'ada', 2n],
  ['bob/short', 'bob', 2n],
]) {
  submit({
    kind: 'openAccount',
    marginMode: 'isolated',
    pool: null,
    hasLegs: false,
    account,
    client,
    instrument: 'BTC-PERP',
    leveragePpm: leverage * 1_000_000n,
  });
}
buy('ada/10x', 1_000n);
buy('ada/2x', 1_000n);

const text = (minor) => (Number(minor) / 1e6).toLocaleString('en').padStart(10);
function show(title) {
  console.log(title);
  for (const account of ['ada/10x', 'ada/2x']) {
    const row = state.accounts.names.rowOf(account);
    const held = state.accounts.firstAsset.get(row);
    const balance = state.ledger.balance(state.accountAssets.ledgerRow.get(held));
    const lots = state.positions.lots.get(state.accounts.firstPosition.get(row));
    console.log(`  ${account.padEnd(10)} balance ${text(balance)}   position ${Number(lots) / 1000} BTC`);
  }
  const ada = { clientRow: state.clients.names.rowOf('ada'), assetRow: 0 };
  const wallet = clientLedgerRow(state, ada, 'wallet');
  console.log(`  ${'ada wallet'.padEnd(10)} balance ${text(state.ledger.balance(wallet))}`);
}

show('BTC at 40,000: ada holds 1 BTC at 10x and 1 BTC at 2x');
const events = mark(36_100);
show('\nBTC falls to 36,100');
for (const event of events.filter(({ kind }) => kind === 'takenOver')) {
  const account = state.accounts.names.nameOf(event.accountRow);
  console.log(
    `  ${account} was taken over whole: equity ${text(event.equity).trim()} <= maintenance margin ${text(event.maintenance).trim()}`,
  );
}
console.log(
  `\ntrial balance ${trialBalance(state.ledger)[0].total}   state hash ${hashText(engine.stateHash())}`,
);
