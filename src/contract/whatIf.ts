/** A what-if: commands to be played and not kept, and what is told of each. */

import Type from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { append } from '../base/append.js';
import { err, ok, type Result } from '../base/index.js';
import type { Recorded, State } from '../engine/index.js';
import type { Issue } from './errors.js';
import type { Problem } from './problem.js';
import { rejectionProblem } from './rejectionView.js';
import { schemaIssues } from './schemaIssues.js';
import { type Issues, parseCommand } from './wireCommand.js';
import { ID_PATTERN } from './wireField.js';
import type { WireCommand } from './wireSchema.js';

export const WHAT_IF_MAX = 100;

/** Body of `POST /v1/what-if`. */
export const WhatIfRequest = Type.Object(
  {
    commands: Type.Array(Type.Unknown(), {
      description: 'Commands of the reference, played in order.',
      minItems: 1,
      maxItems: WHAT_IF_MAX,
    }),
    accounts: Type.Optional(
      Type.Array(Type.String({ pattern: ID_PATTERN }), {
        description: 'Accounts to be shown although no command touches them.',
        maxItems: WHAT_IF_MAX,
      }),
    ),
  },
  { additionalProperties: false },
);

export interface WhatIf {
  readonly commands: readonly WireCommand[];
  readonly accounts: readonly string[];
}

export type WhatIfResult =
  | {
      readonly kind: 'accepted';
      /** Kinds of its events, in order. */
      readonly events: readonly string[];
      /** Steps the engine did by itself afterwards. */
      readonly work: number;
    }
  | { readonly kind: 'rejected'; readonly problem: Problem };

/** The request with every command's shape checked; or every fault, its path from the root of the body. */
export function readWhatIf(value: unknown): Result<WhatIf, Issues> {
  if (!validator.Check(value)) return err(schemaIssues(validator.Errors(value), value));
  const { commands, accounts = [] } = value as Type.Static<typeof WhatIfRequest>;
  const parsed: WireCommand[] = [];
  const issues: Issue[] = [];
  for (const [at, command] of commands.entries()) {
    const read = parseCommand(command);
    if (read.ok) parsed.push(read.value);
    else
      append(
        issues,
        read.error.map((found) => ({ ...found, path: `/commands/${at}${found.path}` })),
      );
  }
  const [first, ...rest] = issues;
  return first === undefined ? ok({ commands: parsed, accounts }) : err([first, ...rest]);
}

const validator = Compile(WhatIfRequest) as unknown as Validator;

/** What became of one command; `state` is that after it. */
export function whatIfResult(state: State, { record, work }: Recorded): WhatIfResult {
  const { command, outcome } = record;
  return outcome.kind === 'accepted'
    ? { kind: 'accepted', events: outcome.events.map(({ kind }) => kind), work: work.length }
    : { kind: 'rejected', problem: rejectionProblem(state, command, outcome.rejection) };
}
