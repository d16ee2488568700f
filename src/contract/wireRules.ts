/** What a schema of single fields cannot say about a command. */
import { type Issue, issue } from './errors.js';
import { hasDecimalMarks } from './scale.js';
import type { WireInstrument } from './wireInstrument.js';
import type { WireCommand, WireCommandOf } from './wireSchema.js';

export function ruleFaults(command: WireCommand): readonly Issue[] {
  switch (command.kind) {
    case 'fill':
      return (['buyer', 'seller'] as const).flatMap((role) => sideFaults(command, role));
    case 'mark':
      return hasNoPrices(command)
        ? [issue('schema_violation', '/marks', 'a batch has at least one mark or asset price')]
        : [];
    case 'listInstrument':
      return [...tierFaults(command), ...markFaults(command)];
    case 'scheduleParameters': {
      const { definition } = command;
      const faults = [...tierFaults(definition), ...markFaults(definition)];
      return faults.map((fault) => ({ ...fault, path: `/definition${fault.path}` }));
    }
    default:
      return [];
  }
}

function sideFaults(command: WireCommandOf<'fill'>, role: 'buyer' | 'seller'): readonly Issue[] {
  const { party, id, leg, order } = command[role];
  const faults: Issue[] = [];
  const refuse = (field: string, rule: string) =>
    faults.push(issue('schema_violation', `/${role}/${field}`, rule));
  if (party === 'counterparty' && id !== undefined) refuse('id', 'must be left out: the outside has no id');
  if (party !== 'counterparty' && id === undefined) refuse('id', 'is missing');
  if (party === 'account') return faults;
  if (party === 'counterparty' && order !== undefined)
    refuse('order', 'must be left out: the outside has no order');
  if (leg !== undefined && leg !== 'net') refuse('leg', 'must be net: only accounts have legs');
  return faults;
}

function hasNoPrices({ marks = [], assetPrices = [] }: WireCommandOf<'mark'>): boolean {
  return marks.length + assetPrices.length === 0;
}

function tierFaults({ instrumentKind, tiers = [] }: WireInstrument): readonly Issue[] {
  if (tiers.length > 0 || instrumentKind === 'option' || instrumentKind === 'spot') return [];
  return [issue('schema_violation', '/tiers', 'is missing: at least one')];
}

function markFaults({ markTicksPerTick }: WireInstrument): readonly Issue[] {
  if (markTicksPerTick === undefined || hasDecimalMarks(BigInt(markTicksPerTick))) return [];
  return [
    issue(
      'schema_violation',
      '/markTicksPerTick',
      'must divide a power of ten, so that every mark can be written',
      {
        got: String(markTicksPerTick),
      },
    ),
  ];
}
