/** What Prometheus reads at `/metrics`: counted as it happens, or looked at when it is read. */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { instrumentView, poolView } from '../contract/index.js';
import type { EngineRecord } from '../engine/index.js';
import { levelRank } from '../isolation/index.js';
import { LIQUIDATION_EVENTS } from './eventRoutes.js';
import type { GuardedHost, Sight } from './guardedHost.js';

export const METRICS_PATH = '/metrics';

export interface MetricsText {
  readonly text: string;
  /** Content type. */
  readonly type: string;
}

export interface Metrics {
  /** A request was answered. */
  answered(request: {
    readonly method: string;
    readonly route: string;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** A command was durable so long after it had been handed on. */
  durable(seconds: number): void;
  /** The text of now, with its content type. */
  read(host: GuardedHost, streams: number): Promise<MetricsText>;
  follow(host: GuardedHost): void;
  /** Labels of each metric, by name. */
  names(): ReadonlyMap<string, readonly string[]>;
  close(): void;
}

/** From a tenth of a millisecond to ten seconds. */
const SECONDS = [
  0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10,
];

export function openMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Counter({ name: `bulkhead_${name}`, help, labelNames, registers });
  const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []) =>
    new Gauge({ name: `bulkhead_${name}`, help, labelNames, registers });

  const requests = counter('http_requests_total', 'Requests answered.', ['method', 'route', 'status']);
  const requestSeconds = new Histogram({
    name: 'bulkhead_http_request_seconds',
    help: 'From the head of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: SECONDS,
    registers,
  });
  const durableSeconds = new Histogram({
    name: 'bulkhead_command_durable_seconds',
    help: 'From handing a command to the engine to its record on disk.',
    buckets: SECONDS,
    registers,
  });
  const commands = counter('commands_total', 'Commands recorded.', ['kind', 'outcome']);
  const rejections = counter('rejections_total', 'Commands recorded as rejected, by code.', ['code']);
  const steps = counter('engine_steps_total', 'Steps the engine took by itself.', ['kind']);
  const liquidations = counter(
    'liquidation_events_total',
    'Notices, reductions, takeovers, payers of losses.',
    ['kind'],
  );

  const sequence = gauge('journal_sequence', 'Last record.');
  const durable = gauge('journal_durable_sequence', 'Last record on disk.');
  const streamsOpen = gauge('streams_open', 'Open WebSockets.');
  const accounts = gauge('margin_accounts', 'Margin accounts ever opened.');
  const clients = gauge('clients', 'Clients.');
  const markAge = gauge('mark_age_seconds', 'Since the source time of the mark.', ['instrument']);
  const markUsable = gauge('mark_usable', '1 where the mark may decide.', ['instrument']);
  const openInterest = gauge('open_interest_contracts', 'Contracts open, one side.', ['instrument']);
  const level = gauge('isolation_level', 'Place of the isolation level: 0 shares most.', ['instrument']);
  const poolSound = gauge('pool_sound', '1 where the pool is sound.', ['pool']);
  const poolOpen = gauge('pool_open', '1 where the pool is open, 0 where it is quarantined or wound down.', [
    'pool',
  ]);
  const queue = gauge('pool_queue_accounts', 'Accounts queued for liquidation.', ['pool']);
  const takeovers = gauge('pool_takeovers', 'Takeovers not unwound yet.', ['pool']);
  const ofPool = ['pool', 'asset'] as const;
  const fund = gauge('insurance_fund', 'Balance of the insurance fund.', ofPool);
  const surplus = gauge(
    'pool_surplus',
    'Fund less what takeovers, deficits and the queue are short of.',
    ofPool,
  );
  const deficits = gauge('pool_open_deficits', 'Losses nobody has paid yet.', ofPool);

  let unfollow: () => void = () => undefined;

  function count({ commandId, command, outcome }: EngineRecord): void {
    if (commandId === '') steps.inc({ kind: command.kind });
    else commands.inc({ kind: command.kind, outcome: outcome.kind });
    if (outcome.kind === 'rejected') return rejections.inc({ code: outcome.rejection.code });
    for (const { kind } of outcome.events) if (LIQUIDATION_KINDS.has(kind)) liquidations.inc({ kind });
  }

  function lookAt(sight: Sight): void {
    const { state } = sight;
    for (const one of [markAge, markUsable, openInterest, level]) one.reset();
    for (const one of [poolSound, poolOpen, queue, takeovers, fund, surplus, deficits]) one.reset();
    accounts.set(state.accounts.table.size);
    clients.set(state.clients.table.size);
    for (let row = 0; row < state.instruments.table.size; row++) {
      const view = instrumentView(sight, row);
      const { instrument } = view;
      if (view.markAgeMs !== null) markAge.set({ instrument }, view.markAgeMs / 1000);
      markUsable.set({ instrument }, Number(view.markUsable));
      openInterest.set({ instrument }, Number(view.openInterest));
      level.set({ instrument }, levelRank(view.isolation.level));
    }
    for (let row = 0; row < state.pools.table.size; row++) {
      const view = poolView(sight, row);
      const { pool } = view;
      poolSound.set({ pool }, Number(view.sound));
      poolOpen.set({ pool }, Number(view.status === 'open'));
      queue.set({ pool }, view.queue.length);
      takeovers.set({ pool }, view.takeovers.length);
      for (const { asset, insuranceFund, surplus: left, openDeficits } of view.assets) {
        fund.set({ pool, asset }, Number(insuranceFund));
        surplus.set({ pool, asset }, Number(left));
        deficits.set({ pool, asset }, Number(openDeficits));
      }
    }
  }

  return {
    answered({ method, route, status, seconds }) {
      requests.inc({ method, route, status });
      requestSeconds.observe({ route }, seconds);
    },
    durable: (seconds) => durableSeconds.observe(seconds),
    async read(host, streams) {
      streamsOpen.set(streams);
      await host.read((sight) => {
        sequence.set(sight.state.clock.sequence);
        lookAt(sight);
      });
      durable.set(host.durableSequence);
      return { text: await registry.metrics(), type: registry.contentType };
    },
    follow(host) {
      unfollow = host.follow(count);
    },
    names() {
      const all = registry.getMetricsAsArray() as unknown as readonly Described[];
      return new Map(all.map(({ name, labelNames = [] }) => [name, labelNames]));
    },
    close: () => unfollow(),
  };
}

interface Described {
  readonly name: string;
  readonly labelNames?: readonly string[];
}

const LIQUIDATION_KINDS: ReadonlySet<string> = new Set(LIQUIDATION_EVENTS);
