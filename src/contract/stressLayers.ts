/**
 * Who bears the losses in a stress run, as a document: `{"waterfall": ..., "venueCapital": "1000"}`, the waterfall in the
 * form of the command `setWaterfall`, amounts in the valuation asset of the book. The engine itself checks it.
 */
import Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { parseMinor } from '../base/decimal.js';
import { err, ok, type Result } from '../base/index.js';
import type { Book, PolicyLayers } from '../contagion/index.js';
import { createEngine, type Engine, type ExternalCommand } from '../engine/index.js';
import { amountText, CLOSED } from './calcSchemaField.js';
import { rejectionProblem } from './rejectionView.js';
import { schemaIssues } from './schemaIssues.js';
import type { StressBookFault } from './stressCcxt.js';
import { readCommand } from './wireCommand.js';
import { WireWaterfall } from './wireWaterfall.js';

export const stressLayersSchema = Type.Object(
  {
    waterfall: WireWaterfall,
    venueCapital: Type.Optional(
      amountText(
        'Venue capital for all pools together, kept for each by open interest; spent by a layer topUp alone.',
        'valuation asset',
        '1000',
      ),
    ),
  },
  { ...CLOSED, description: 'Who bears the losses of every pool.' },
);

const VALIDATOR = Compile(stressLayersSchema) as unknown as Validator;
const POOL = 'pool';

export function stressLayersOf(value: unknown, book: Book): Result<PolicyLayers, StressBookFault> {
  if (!VALIDATOR.Check(value)) {
    const [{ path, message }] = schemaIssues(VALIDATOR.Errors(value), value);
    return fault(path, message);
  }
  const { waterfall, venueCapital = '0' } = value as Type.Static<typeof stressLayersSchema>;
  const asset = book.valuationAsset;
  const decimals = book.assets.find(({ id }) => id === asset)?.decimals ?? 0;
  const capital = parseMinor(venueCapital, decimals);
  if (!capital.ok || capital.value < 0n)
    return fault('/venueCapital', `must be an amount with at most ${decimals} decimals, not below 0`);
  const engine = emptyVenue(asset, decimals);
  const command = readCommand(engine.state, { kind: 'setWaterfall', pool: POOL, asset, policy: waterfall });
  if (!command.ok) {
    const [{ path, message }] = command.error;
    return fault(path.replace(/^\/policy/, '/waterfall'), message);
  }
  const refusal = refused(engine, command.value);
  if (refusal !== null) return fault('/waterfall', refusal);
  const { policy } = command.value as Extract<ExternalCommand, { kind: 'setWaterfall' }>;
  return ok({ waterfall: policy as PolicyLayers['waterfall'], venueCapitalMinor: capital.value });
}

/** A pool that has the asset, and nothing else. */
function emptyVenue(asset: string, decimals: number): Engine {
  const engine = createEngine();
  refused(engine, { kind: 'listAsset', asset, decimals });
  refused(engine, {
    kind: 'openPool',
    pool: POOL,
    isDesk: false,
    workBudget: 1,
    admission: 'fills',
    valuationAsset: asset,
    legRule: 'larger',
  });
  return engine;
}

/** Why the engine refuses the command; null where it takes it. */
function refused(engine: Engine, command: ExternalCommand): string | null {
  const submission = engine.submit(`layers-${engine.state.clock.sequence}`, command, 0);
  if (submission.kind !== 'recorded' || submission.record.outcome.kind === 'accepted') return null;
  return rejectionProblem(engine.state, command, submission.record.outcome.rejection).detail;
}

function fault(path: string, rule: string): { readonly ok: false; readonly error: StressBookFault } {
  return err({ path, rule });
}
