/**
 * From text to a document that can be computed: shape first, then what a schema cannot say (ids that exist,
 * signs, tiers that join). The first fault is answered, in the order of the document, at the place where it was written.
 */
import { Compile } from 'typebox/compile';
import { err, ok, type Result } from '../base/result.js';
import { isBook, unfoldBook, type WrittenPaths, writtenPath } from './bookDocument.js';
import { accountFault } from './calcAccountFaults.js';
import { documentFault } from './calcDocumentFaults.js';
import { type CalcError, calcError, pointer } from './calcError.js';
import { missingField } from './calcInstrumentFaults.js';
import {
  type CalcAsset,
  CalcDocument,
  type CalcInstrument,
  type CalcPosition,
  type CalcProfileAnswer,
} from './calcSchema.js';
import { shapeError } from './calcShape.js';
import { parseJsonText } from './jsonText.js';
import { fillFromProfile } from './profiles/fillFromProfile.js';

/** A document whose ids are found by name. */
export interface CheckedDocument {
  readonly document: CompleteDocument;
  readonly assets: ReadonlyMap<string, CalcAsset>;
  readonly instruments: ReadonlyMap<string, CheckedInstrument>;
  /** What a profile gave; null where none was named. */
  readonly profile: CalcProfileAnswer | null;
  /** Where the parts of the document were written; null: where they are. */
  readonly paths: WrittenPaths | null;
}

export type CompleteDocument = Omit<CalcDocument, 'instruments'> & {
  readonly instruments: readonly CheckedInstrument[];
};

/** An instrument whose basis is known, from the document or from a profile. */
export type CheckedInstrument = CalcInstrument & Required<Pick<CalcInstrument, 'maintenanceBasis' | 'tiers'>>;

/** A position in a linear or inverse instrument. */
export type PlainPosition = CalcPosition & Required<Pick<CalcPosition, 'entryPrice' | 'leverage'>>;

/** `profile`: the one asked for beside the document. */
export function parseCalcDocument(text: string, profile?: string): Result<CheckedDocument, CalcError> {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  if (!isBook(parsed.value)) return checkedDocument(parsed.value, null, profile);
  const unfolded = unfoldBook(parsed.value);
  if (!unfolded.ok) return unfolded;
  const { document, paths } = unfolded.value;
  const checked = checkedDocument(document, paths, profile);
  return checked.ok ? checked : err({ ...checked.error, path: writtenPath(paths, checked.error.path) });
}

function checkedDocument(
  value: unknown,
  paths: WrittenPaths | null,
  profile: string | undefined,
): Result<CheckedDocument, CalcError> {
  if (!VALIDATOR.Check(value)) return err(shapeError(VALIDATOR.Errors(value), value));
  const filled = fillFromProfile(value, profile);
  if (!filled.ok) return filled;
  const missing = missingField(filled.value.document);
  if (missing !== null) return err(missing);
  const document = { ...filled.value.document, instruments: filled.value.document.instruments.map(complete) };

  const assets = byId(document.assets, 'assets');
  if (!assets.ok) return assets;
  const instruments = byId(document.instruments, 'instruments');
  if (!instruments.ok) return instruments;
  const accounts = byId(document.marginAccounts, 'marginAccounts');
  if (!accounts.ok) return accounts;

  const checked: CheckedDocument = {
    document,
    assets: assets.value,
    instruments: instruments.value,
    profile: filled.value.profile,
    paths,
  };
  const fault = documentFault(checked) ?? accountFaults(checked);
  return fault === null ? ok(checked) : err(fault);
}

const VALIDATOR = Compile(CalcDocument);

function accountFaults(checked: CheckedDocument): CalcError | null {
  for (const [index, account] of checked.document.marginAccounts.entries()) {
    const fault = accountFault(checked, account, pointer('marginAccounts', index));
    if (fault !== null) return fault;
  }
  return null;
}

/** A field named twice in one object is refused: two readers may take it in two ways. */
function parseJson(text: string): Result<unknown, CalcError> {
  const parsed = parseJsonText(text);
  if (parsed.ok) return parsed;
  const { code, path, message, context } = parsed.error;
  const named = code === 'duplicate_key' || code === 'too_deep' ? code : 'malformed_json';
  return err(calcError(named, path, message, context));
}

/** What checked instruments have besides: an option's tier stands in for rates of its own, as in the engine. */
function complete(instrument: CalcInstrument): CheckedInstrument {
  const { kind, expiryMs, expiry = expiryMs, maintenanceBasis = 'mark', tiers = [] } = instrument;
  const dated = expiry === undefined ? {} : { expiry };
  if (kind !== 'option') return { ...instrument, ...dated, maintenanceBasis, tiers };
  return { ...instrument, ...dated, maintenanceBasis, tiers: OPTION_TIERS };
}

const OPTION_TIERS: CheckedInstrument['tiers'] = [
  { initialMarginRate: '1', maintenanceMarginRate: '0', maxLeverage: '1' },
];

function byId<T extends { readonly id: string }>(
  items: readonly T[],
  list: string,
): Result<ReadonlyMap<string, T>, CalcError> {
  const found = new Map<string, T>();
  for (const [index, item] of items.entries()) {
    if (found.has(item.id)) {
      return err(
        calcError('duplicate_id', pointer(list, index, 'id'), `${item.id} is listed twice`, { id: item.id }),
      );
    }
    found.set(item.id, item);
  }
  return ok(found);
}
