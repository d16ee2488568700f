/** `bulkhead serve`: opens the journal of a folder and answers over HTTP until it is told to stop. */
import type { RiskSchedule } from '../contract/index.js';
import { type Host, JournalDamaged, JournalInUse, openHost } from '../journal/index.js';
import { type Server, startServer } from '../server/index.js';
import { oneOf, parseArguments, wholeNumber } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import type { SentChange } from './riskVenue.js';
import { CANDLE_TIMES, type CandleKeeper, keepCandles } from './serveCandles.js';
import { keepRates, type RiskRun, riskScheduleOf } from './serveRisk.js';

const PORT = 4410;
const ADDRESS = '127.0.0.1';
const LOOPBACK = /^(127\.|::1$|localhost$)/;

export const serveHelp = `Answer commands and queries over HTTP, with every accepted command durable before it is answered.

Usage: bulkhead serve --data DIR [OPTIONS]

Options:
  --data DIR      folder of the journal; made when it is not there
  --port N        port, 0 for any free one; default ${PORT}
  --host ADDRESS  address to listen on; default ${ADDRESS}: this machine only
  --candles TIME  keep candles of the own marks in DIR/candles, one file for each instrument, as \`risk --prices\` reads them: 1m,
                  5m, 15m, 1h, 4h or 1d
  --risk FILE     propose and apply margin rates and haircuts every so often, within limits; the file is JSON, as the guide to risk shows it
  --json          one line of JSON instead of words when it listens and when it ends
  -h, --help      this page

There is no authentication: whoever reaches the port commands the venue. SIGTERM and SIGINT end it in order.
Exit code 1 when the journal cannot be opened or fails: what was answered is on disk.

Examples:
  bulkhead serve --data ./venue
  curl -s localhost:${PORT}/v1/commands -H 'content-type: application/json' \\
    -d '{"id":"1","command":{"kind":"listAsset","asset":"USDT","decimals":6}}'
  curl -s localhost:${PORT}/v1/state
`;

const OPTIONS = {
  data: { type: 'string' },
  port: { type: 'string' },
  host: { type: 'string' },
  candles: { type: 'string' },
  risk: { type: 'string' },
  json: { type: 'boolean' },
} as const;

export async function serve(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS);
  const directory = parsed.text('data');
  if (directory === undefined || directory === '') throw new UsageError('--data DIR is needed');
  const port = wholeNumber(parsed, 'port', { min: 0, max: 65535, fallback: PORT });
  const address = parsed.text('host') ?? ADDRESS;
  const tell = parsed.flag('json')
    ? (event: Happening) => io.out(`${JSON.stringify(event)}\n`)
    : (event: Happening) => io.out(`${words(event)}\n`);

  const candles = oneOf(parsed, 'candles', { words: CANDLE_TIMES, fallback: null });

  const risk = parsed.text('risk');
  const schedule = risk === undefined ? null : await riskScheduleOf(risk, io);
  const host = await openJournal(directory);
  let keeper: CandleKeeper | null = null;
  try {
    if (candles !== null) keeper = await keepCandles({ host, directory, time: candles, io });
    const code = await answerUntilEnd({ host, directory, address, port, schedule, tell, io });
    await keeper?.stop();
    return code;
  } finally {
    keeper?.abandon();
    // A journal that has failed has said so already; its files and lock are let go of all the same.
    await host.close().catch(() => undefined);
  }
}

/** What the command says about itself. */
type Happening =
  | { readonly event: 'listening'; readonly url: string; readonly data: string; readonly sequence: number }
  | RiskRun
  | { readonly event: 'stopping'; readonly signal: string }
  | { readonly event: 'stopped'; readonly sequence: number };

function words(event: Happening): string {
  switch (event.event) {
    case 'listening':
      return `listening on ${event.url}, journal ${event.data} at sequence ${event.sequence}`;
    case 'riskApplied':
      return event.changes.length === 0
        ? 'risk parameters: nothing to change'
        : event.changes.map(changeText).join('\n');
    case 'riskRefused':
      return `risk parameters stay as they are: ${event.code}: ${event.message}`;
    case 'stopping':
      return `${event.signal}: taking no more requests`;
    case 'stopped':
      return `stopped at sequence ${event.sequence}`;
  }
}

function changeText({ subject, sequence, refusal }: SentChange): string {
  return `risk parameters of ${subject}: ${refusal === null ? `scheduled, sequence ${sequence}` : `refused: ${refusal}`}`;
}

interface Serving {
  readonly host: Host;
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  readonly schedule: RiskSchedule | null;
  readonly tell: (event: Happening) => void;
  readonly io: Io;
}

async function answerUntilEnd({
  host,
  directory,
  address,
  port,
  schedule,
  tell,
  io,
}: Serving): Promise<number> {
  const end = ending();
  try {
    const server = await listen({
      host,
      address,
      port,
      onFault: (error) => io.err(`fault: ${error.stack ?? error.message}\n`),
      onFailure: end.fail,
    });
    if (!LOOPBACK.test(address))
      io.err(`warning: ${address} is open to others, and there is no authentication\n`);
    tell({
      event: 'listening',
      url: server.url,
      data: directory,
      sequence: host.engine.state.clock.sequence,
    });
    const rates = schedule === null ? null : keepRates({ schedule, url: server.url, directory, tell });
    const reason = await end.reason;
    await rates?.stop();
    if (reason instanceof Error) io.err(`the journal or the engine has failed: ${reason.message}\n`);
    else tell({ event: 'stopping', signal: reason });
    await server.close();
    if (reason instanceof Error) return EXIT_REFUSED;
    await host.read(() => undefined);
    tell({ event: 'stopped', sequence: host.engine.state.clock.sequence });
    return EXIT_DONE;
  } finally {
    end.forget();
  }
}

/** Why the service ends: a signal, or a failure. A second signal ends the process at once. */
function ending() {
  let settle: (reason: NodeJS.Signals | Error) => void = () => undefined;
  const reason = new Promise<NodeJS.Signals | Error>((resolve) => {
    settle = resolve;
  });
  const onSignal = (signal: NodeJS.Signals) => settle(signal);
  process.once('SIGTERM', onSignal);
  process.once('SIGINT', onSignal);
  return {
    reason,
    fail: (error: Error) => settle(error),
    forget() {
      process.removeListener('SIGTERM', onSignal);
      process.removeListener('SIGINT', onSignal);
    },
  };
}

async function listen(options: Parameters<typeof startServer>[0]): Promise<Server> {
  try {
    return await startServer(options);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const where = `${options.address} port ${options.port}`;
    if (code === 'EADDRINUSE') throw new Refusal('port_in_use', `${where} is in use`);
    if (code === 'EACCES') throw new Refusal('port_not_permitted', `${where} is not permitted`);
    if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      throw new Refusal('no_such_address', `${options.address} is not an address of this machine`);
    }
    throw error;
  }
}

async function openJournal(directory: string): Promise<Host> {
  try {
    return await openHost({ directory });
  } catch (error) {
    if (error instanceof JournalInUse) throw new Refusal('journal_in_use', error.message);
    if (error instanceof JournalDamaged) throw new Refusal('journal_damaged', error.message);
    if (typeof (error as NodeJS.ErrnoException).code === 'string') throw fileRefusal(error, directory);
    throw error;
  }
}
