// A client's bot: it watches the accounts of its key over the stream and keeps their margin ratio (maintenance margin over equity) between two
// bounds: over the upper one it allocates from the wallet, under the lower one it takes back what may leave. One isolated account each.
import { client, openStream } from './service.js';

const [upper, target, lower] = [0.5, 0.35, 0.2];
const names = process.argv.slice(2);
const busy = new Set();
const decimals = 2;

async function keep({ account, asset, equity, maintenanceMargin, removable, position }) {
  if (position === null || Number(maintenanceMargin) === 0) return;
  const ratio = Number(equity) > 0 ? Number(maintenanceMargin) / Number(equity) : Number.POSITIVE_INFINITY;
  const missing = Number(maintenanceMargin) / target - Number(equity);
  if (ratio > upper)
    return act({ kind: 'allocate', account, asset, amount: missing.toFixed(decimals) }, ratio);
  const spare = Math.min(-missing, Number(removable));
  if (ratio < lower && spare >= 1)
    return act(
      { kind: 'release', account, asset, amount: (Math.floor(spare * 100) / 100).toFixed(decimals) },
      ratio,
    );
}

async function act(command, ratio) {
  const { kind, account, amount, asset } = command;
  try {
    await client.command(command);
    console.log(`${account}: ratio ${ratio.toFixed(3)}, ${kind} ${amount} ${asset}`);
  } catch (error) {
    console.log(
      `${account}: ratio ${ratio.toFixed(3)}, ${kind} ${amount} ${asset} refused: ${error.message}`,
    );
  }
}

const stream = openStream({ onEnd: (error) => error && console.error(error.message) });
const options = names.length === 0 ? {} : { names };
await stream.subscribe(
  'accounts',
  async ({ rows }) => {
    for (const row of rows) {
      // What comes while it acts is of before: the next change tells how it came out.
      if (row.mode !== 'isolated' || busy.has(row.account)) continue;
      busy.add(row.account);
      await keep(row);
      busy.delete(row.account);
    }
  },
  options,
);
await stream.subscribe(
  'marginCalls',
  ({ events }) => {
    for (const { kind, account, level } of events)
      console.log(`${account}: ${kind} ${level ?? ''}`.trimEnd());
  },
  options,
);
console.log(`keeping margin ratios between ${lower} and ${upper}`);
process.once('SIGTERM', () => stream.close());
process.once('SIGINT', () => stream.close());
