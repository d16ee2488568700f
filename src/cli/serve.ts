/** `bulkhead serve`: opens the journal of a folder and answers over HTTP until it is told to stop. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { credentialHeaders } from '../client/index.js';
import type { RiskSchedule, Settings } from '../contract/index.js';
import { type Host, JournalDamaged, JournalInUse, openHost } from '../journal/index.js';
import {
  type Access,
  type Backups,
  backupsIn,
  createLog,
  isOwnMachine,
  LogDamaged,
  MasterKeyUnusable,
  NO_TRACES,
  openAccess,
  openTraces,
  openWebhooks,
  type Server,
  startServer,
  type Traces,
  type Webhooks,
} from '../server/index.js';
import { packageVersion } from '../server/version.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, EXIT_REFUSED, Refusal, UsageError } from './failures.js';
import { fileRefusal, type Io } from './io.js';
import type { SentChange } from './riskVenue.js';
import { type CandleKeeper, type CandleTime, keepCandles } from './serveCandles.js';
import { keepRates, type RiskRun, riskScheduleOf } from './serveRisk.js';
import { type Service, serviceBy } from './service.js';
import { settingFaults } from './settingFaults.js';
import { resolveSettings, SETTING_OPTIONS } from './settings.js';

export const serveHelp = `Answer commands and queries over HTTP, with every accepted command durable before it is answered.

Usage: bulkhead serve --data DIR [OPTIONS]

Options:
  --data DIR      folder of the journal; made when it is not there
  --port N        port, 0 for any free one; default 4410
  --host ADDRESS  address to listen on; default 127.0.0.1: this machine only
  --auth MODE     keys: every request is signed with a key, and the first start shows the first one, once; none: nobody is asked, only
                  on an address of this machine; default keys
  --candles TIME  keep candles of the own marks in DIR/candles, one file for each instrument, as \`risk --prices\` reads them: 1m,
                  5m, 15m, 1h, 4h or 1d
  --risk FILE     propose and apply margin rates and haircuts every so often, within limits; the file is JSON, as the guide to risk shows it
  --config FILE   these and all other settings in a file; see bulkhead config
  --log LEVEL     lines of JSON on standard error: silent, error, warn, info or debug; default warn
  --json          one line of JSON instead of words when it listens and when it ends
  -h, --help      this page

SIGTERM and SIGINT end it in order. Exit code 1 when the journal cannot be opened or fails: what was answered is on disk.

Examples:
  bulkhead serve --data ./venue --auth none
  curl -s localhost:4410/v1/commands -H 'content-type: application/json' \\
    -d '{"id":"1","command":{"kind":"listAsset","asset":"USDT","decimals":6}}'
  curl -s localhost:4410/v1/state
`;

const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  ...Object.fromEntries(Object.keys(SETTING_OPTIONS).map((name) => [name, { type: 'string' as const }])),
} as const;

export async function serve(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS);
  const { settings } = await resolveSettings(parsed, io);
  const directory = settings.data;
  if (directory === null) throw new UsageError('--data DIR is needed');
  await settingFaults(settings);
  const tell = parsed.flag('json')
    ? (event: Happening) => io.out(`${JSON.stringify(event)}\n`)
    : (event: Happening) => io.out(`${words(event)}\n`);
  const schedule = settings.risk === null ? null : await riskScheduleOf(settings.risk, io);
  const tls = await tlsOf(settings);
  const host = await openJournal(directory, settings, io);
  let keeper: CandleKeeper | null = null;
  let access: Access | null = null;
  let webhooks: Webhooks | null = null;
  try {
    if (settings.candles !== null)
      keeper = await keepCandles({ host, directory, time: settings.candles as CandleTime, io });
    access = await openDoor(settings, directory, io);
    webhooks = await orRefusal(directory, () =>
      openWebhooks({ directory, masterKey: io.env['BULKHEAD_MASTER_KEY'] }),
    );
    const code = await answerUntilEnd({
      host,
      directory,
      settings,
      access,
      webhooks,
      tls,
      schedule,
      tell,
      io,
    });
    await keeper?.stop();
    return code;
  } finally {
    keeper?.abandon();
    await webhooks?.close().catch(() => undefined);
    await access?.close().catch(() => undefined);
    // A journal that has failed has said so already; its files and lock are let go of all the same.
    await host.close().catch(() => undefined);
  }
}

async function tlsOf(settings: Settings): Promise<Serving['tls']> {
  const [cert, key] = [settings['listen.tlsCertificate'], settings['listen.tlsKey']];
  if (cert === null || key === null) return null;
  return { cert: await readFile(cert, 'utf8'), key: await readFile(key, 'utf8') };
}

async function openDoor(settings: Settings, directory: string, io: Io): Promise<Access | null> {
  if (settings['access.mode'] === 'none') return null;
  return orRefusal(directory, () =>
    openAccess({
      directory,
      masterKey: io.env['BULKHEAD_MASTER_KEY'],
      terms: {
        windowMs: settings['access.windowMs'],
        rate: { perSecond: settings['access.requestsPerSecond'], burst: settings['access.burst'] },
        fourEyes: settings['access.fourEyes'],
        approvalKeptMs: Math.round(settings['access.approvalHours'] * HOUR_MS),
        tokens: settings['access.tokens'],
      },
    }),
  );
}

/** What is wrong with the files beside the journal, in words. */
async function orRefusal<T>(directory: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof LogDamaged) throw new Refusal('access_damaged', error.message);
    if (error instanceof MasterKeyUnusable) throw new Refusal('bad_master_key', error.message);
    if (typeof (error as NodeJS.ErrnoException).code === 'string') throw fileRefusal(error, directory);
    throw error;
  }
}

const HOUR_MS = 3_600_000;

/** What the command says about itself. */
type Happening =
  | { readonly event: 'firstKey'; readonly key: string; readonly secret: string }
  | { readonly event: 'listening'; readonly url: string; readonly data: string; readonly sequence: number }
  | RiskRun
  | { readonly event: 'backedUp'; readonly backup: string; readonly sequence: number }
  | { readonly event: 'backupFailed'; readonly message: string }
  | { readonly event: 'stopping'; readonly signal: string }
  | { readonly event: 'stopped'; readonly sequence: number };

function words(event: Happening): string {
  switch (event.event) {
    case 'firstKey':
      return `first key ${event.key}, secret ${event.secret}: it may do everything; the secret is shown this once`;
    case 'listening':
      return `listening on ${event.url}, journal ${event.data} at sequence ${event.sequence}`;
    case 'riskApplied':
      return event.changes.length === 0
        ? 'risk parameters: nothing to change'
        : event.changes.map(changeText).join('\n');
    case 'riskRefused':
      return `risk parameters stay as they are: ${event.code}: ${event.message}`;
    case 'backedUp':
      return `backup ${event.backup}, up to sequence ${event.sequence}`;
    case 'backupFailed':
      return `no backup was made: ${event.message}`;
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
  readonly settings: Settings;
  readonly access: Access | null;
  readonly webhooks: Webhooks;
  readonly tls: { readonly cert: string; readonly key: string } | null;
  readonly schedule: RiskSchedule | null;
  readonly tell: (event: Happening) => void;
  readonly io: Io;
}

async function answerUntilEnd(serving: Serving): Promise<number> {
  const { host, directory, settings, access, webhooks, tls, schedule, tell, io } = serving;
  const address = settings['listen.host'];
  const end = ending();
  const traces = settings['traces.enabled'] ? await tracesOrRefuse() : NO_TRACES;
  const backups = backupsOf(settings, { host, directory });
  const log = createLog(settings['log.level'], io.err);
  try {
    const server = await listen({
      host,
      address,
      port: settings['listen.port'],
      access,
      webhooks,
      backups,
      tls,
      trustProxy: settings['listen.trustProxy'],
      log,
      traces,
      metricsOpen: settings['metrics.open'],
      stream: {
        connectionsMax: settings['stream.connectionsMax'],
        stallMs: settings['stream.stallMs'],
      },
      onFault: (error) => io.err(`fault: ${error.stack ?? error.message}\n`),
      onFailure: end.fail,
    });
    if (!isOwnMachine(address) && tls === null)
      io.err(`warning: ${address} is open to others, and what is sent there can be read on its way\n`);
    tell({
      event: 'listening',
      url: server.url,
      data: directory,
      sequence: host.engine.state.clock.sequence,
    });
    if (access !== null && access.firstKey !== null) tell({ event: 'firstKey', ...access.firstKey });
    const service = serviceWithin(server, access);
    const rates = schedule === null ? null : keepRates({ schedule, service, directory, tell });
    const stopBackups = backUpEvery(settings['backup.everyHours'], backups, tell);
    const reason = await end.reason;
    stopBackups();
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

async function tracesOrRefuse(): Promise<Traces> {
  const traces = await openTraces(packageVersion());
  if (traces !== null) return traces;
  throw new Refusal(
    'traces_missing',
    'traces.enabled needs @opentelemetry/api: npm install it beside this package',
  );
}

function backupsOf(
  settings: Settings,
  { host, directory }: { readonly host: Host; readonly directory: string },
): Backups | null {
  const into = settings['backup.directory'];
  if (into === null) return null;
  const copyJournal = (destination: string) => host.backup(destination);
  return backupsIn({ into: resolve(into), directory, kept: settings['backup.kept'], copyJournal });
}

/** One that fails is told, and tried again at its next time. */
function backUpEvery(hours: number, backups: Backups | null, tell: (event: Happening) => void): () => void {
  if (backups === null || hours === 0) return () => undefined;
  const timer = setInterval(() => {
    backups.make().then(
      ({ backup, sequence }) => tell({ event: 'backedUp', backup, sequence }),
      (error: Error) => tell({ event: 'backupFailed', message: error.message }),
    );
  }, hours * HOUR_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** The service as its own schedule asks it, with a key that is lent for as long as it runs. */
function serviceWithin(server: Server, access: Access | null): Service {
  const lent =
    access === null
      ? null
      : access.ring.lend({
          label: 'the schedule of risk parameters',
          scopes: ['read', 'trade', 'risk'],
          clients: null,
          pools: null,
          requestsPerSecond: null,
        });
  const credentials = lent === null ? null : { key: lent.key.key, secret: lent.secret };
  return serviceBy(async ({ method, path, body }) => {
    const said = await credentialHeaders(credentials, { method, path, body, nowMs: Date.now() });
    const type: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json' };
    const answer = await server.ask({ method, path, body, headers: { ...said, ...type } });
    return { status: answer.status, body: JSON.parse(answer.body) };
  });
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

async function openJournal(directory: string, settings: Settings, io: Io): Promise<Host> {
  const archive = settings['journal.archive'];
  try {
    return await openHost({
      directory,
      snapshotEvery: settings['journal.snapshotEvery'],
      archive: archive === null ? null : resolve(archive),
      onChoreFailed: (error) => io.err(`warning: no snapshot or archive was written: ${error.message}\n`),
    });
  } catch (error) {
    if (error instanceof JournalInUse) throw new Refusal('journal_in_use', error.message);
    if (error instanceof JournalDamaged) throw new Refusal('journal_damaged', error.message);
    if (typeof (error as NodeJS.ErrnoException).code === 'string') throw fileRefusal(error, directory);
    throw error;
  }
}
