/** `bulkhead serve --candles`: the price files of the own marks are followed while the service runs, and once more when it ends. */
import { join } from 'node:path';
import type { CANDLE_TIMES } from '../contract/index.js';
import type { Host } from '../journal/index.js';
import { type CandleStore, openCandleStore } from '../server/index.js';
import { Refusal } from './failures.js';
import { fileRefusal, type Io } from './io.js';

export type CandleTime = (typeof CANDLE_TIMES)[number];

const MINUTE_MS = 60_000;
const MINUTES: Readonly<Record<CandleTime, number>> = {
  '1m': 1,
  '5m': 5,
  '15m': 15,
  '1h': 60,
  '4h': 240,
  '1d': 1440,
};
const EVERY_MS = 10_000;

export interface CandleKeeper {
  /** Writes what is left; the files then hold every bar that is over. */
  readonly stop: () => Promise<void>;
  /** Stops looking; nothing is written any more. */
  readonly abandon: () => void;
}

/** A file that cannot be written costs candles, never the service: it is said once, and tried again. */
export async function keepCandles(options: {
  readonly host: Host;
  readonly directory: string;
  readonly time: CandleTime;
  readonly io: Io;
}): Promise<CandleKeeper> {
  const { host, time, io } = options;
  const directory = join(options.directory, 'candles');
  const store = await open({ host, directory, intervalMs: MINUTES[time] * MINUTE_MS });
  let isFailing = false;
  const follow = async () => {
    try {
      await store.follow();
      isFailing = false;
    } catch (error) {
      if (!isFailing) io.err(`candles are not written: ${(error as Error).message}\n`);
      isFailing = true;
    }
  };
  await follow();
  const timer = setInterval(follow, EVERY_MS);
  const abandon = () => clearInterval(timer);
  return {
    abandon,
    async stop() {
      abandon();
      await follow();
    },
  };
}

async function open(options: Parameters<typeof openCandleStore>[0]): Promise<CandleStore> {
  try {
    return await openCandleStore(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== undefined) throw fileRefusal(error, options.directory);
    throw new Refusal('other_interval', (error as Error).message);
  }
}
