// A venue beside its matching engine. What this program does for a venue: it sends marks and fills in batches over the stream, hears the
// orders by which the pool reduces accounts or unwinds what it has taken over, executes them and brings the fills back.
import { client, clientWith, once, openStream, perpetual } from './service.js';

const rounds = Number(process.argv[2] ?? 40);
const pool = 'main';
const instrument = 'BTC-PERP';

await once({ kind: 'listAsset', asset: 'USDT', decimals: 6 });
await once({ kind: 'openPool', pool, admission: 'fills' });
await once(perpetual(pool));
await client.command({ kind: 'injectCapital', asset: 'USDT', amount: '100000' });
await client.command({ kind: 'topUpFund', pool, asset: 'USDT', amount: '100000' });
await client.command({
  kind: 'setLiquidation',
  pool,
  policy: {
    warningHealth: '2',
    callHealth: '1.3',
    targetHealth: '1.5',
    closeOutHealth: '0.4',
    stepShare: '0.25',
    minStepLots: 10,
    slippage: '0.02',
    feeRate: '0.005',
    orderLifeMs: 10_000,
    pauseMs: 0,
  },
});
await clientWith('maker', '50000000');
await once({ kind: 'openAccount', account: 'maker-1', client: 'maker', instrument, leverage: '1' });
const takers = [5, 10, 15, 20];
for (const leverage of takers) {
  await clientWith(`taker-${leverage}`, '100000');
  const account = `taker-${leverage}x`;
  await once({
    kind: 'openAccount',
    account,
    client: `taker-${leverage}`,
    instrument,
    leverage: `${leverage}`,
  });
}

const stream = openStream();
const counts = { fills: 0, refused: 0, notices: 0, reductions: 0, unwindings: 0, takeovers: 0 };
let price = 40_000;
const waiting = [];

await stream.subscribe('liquidations', ({ events }) => {
  for (const event of events) {
    if (event.kind === 'noticeGiven') counts.notices++;
    if (event.kind === 'takenOver') counts.takeovers++;
    if (event.kind === 'reductionOrdered') waiting.push({ ...event, party: 'account', id: event.account });
    if (event.kind === 'unwindingOrdered')
      waiting.push({ ...event, party: 'liquidation', id: event.takeover });
  }
});

// The book of this venue has one maker, who quotes both sides at the price.
const fill = (taker, isBuy, quantity, order) => {
  const sides = [taker, { party: 'account', id: 'maker-1', allocateInitial: true }];
  const [buyer, seller] = isBuy ? sides : sides.reverse();
  const what = { kind: 'fill', instrument, price: price.toFixed(1), quantity, buyer, seller };
  return { ...what, taker: isBuy ? 'buyer' : 'seller', ...order };
};
const id = (what, round, at = 0) => `${what}-${process.pid}-${round}-${at}`;

for (let round = 0; round < rounds; round++) {
  price *= round < 4 ? 1 : 0.9975;
  const marks = [{ instrument, price: price.toFixed(1) }];
  const commands = [{ id: id('mark', round), command: { kind: 'mark', sourceTimeMs: Date.now(), marks } }];
  if (round < 4) {
    const account = { party: 'account', id: `taker-${takers[round]}x`, allocateInitial: true };
    commands.push({ id: id('fill', round), command: fill(account, true, '1') });
  }
  for (const [at, { party, id: name, order, isBuy, quantity }] of waiting.splice(0).entries()) {
    counts[party === 'account' ? 'reductions' : 'unwindings']++;
    const side = { party, id: name, order };
    commands.push({ id: id('order', round, at), command: fill(side, isBuy, quantity) });
  }
  const answers = await stream.batch(commands);
  for (const [at, { status, answer }] of answers.entries()) {
    if (commands[at].command.kind !== 'fill') continue;
    if (status === 200) counts.fills++;
    else counts.refused++;
    if (status !== 200) console.error(`${commands[at].id}: ${answer.detail}`);
  }
  // The orders of this round are heard before the next one is matched.
  await stream.ping();
  await new Promise((resolve) => setTimeout(resolve, 20));
}
stream.close();

const { trialBalance } = await client.get('/v1/trial-balance');
console.log(`BTC from 40,000 to ${price.toFixed(0)} in ${rounds} rounds`);
console.log(
  Object.entries(counts)
    .map(([what, count]) => `${what} ${count}`)
    .join(', '),
);
for (const leverage of takers) {
  const { balance, position } = await client.get('/v1/accounts/:id', {
    params: { id: `taker-${leverage}x` },
  });
  console.log(`  taker ${leverage}x: balance ${balance}, position ${position?.contracts ?? 0}`);
}
console.log(`trial balance ${trialBalance.map(({ asset, total }) => `${total} ${asset}`).join(', ')}`);
