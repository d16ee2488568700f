/** What surrounds a command in a request: its id, whether it is only tried, and batches. */
import Type from 'typebox';
import { reader } from './schemaReader.js';
import { ID_PATTERN } from './wireField.js';

export const BATCH_MAX = 1000;

const commandId = Type.String({
  description: 'Id of the command, chosen by the sender: sent again it is answered again, never done twice.',
  examples: ['2f1c9a3e'],
  pattern: ID_PATTERN,
});

/** Body of `POST /v1/commands`. */
export const CommandRequest = Type.Object(
  {
    id: Type.Optional(commandId),
    command: Type.Unknown({ description: 'One command of the reference.' }),
    dryRun: Type.Optional(
      Type.Boolean({
        description: 'Only tell what the command would do now; nothing is kept, no id is needed.',
      }),
    ),
  },
  { additionalProperties: false },
);

/** One command of a batch. */
export const BatchItem = Type.Object(
  { id: commandId, command: Type.Unknown({ description: 'One command of the reference.' }) },
  { additionalProperties: false },
);

/** Body of `POST /v1/commands/batch`: in order, each with an answer of its own. */
export const BatchRequest = Type.Object(
  {
    commands: Type.Array(Type.Unknown(), { minItems: 1, maxItems: BATCH_MAX }),
    dryRun: Type.Optional(
      Type.Boolean({
        description: 'Only tell what each would do after those before it; nothing is kept.',
      }),
    ),
  },
  { additionalProperties: false },
);

const SEQUENCE_PATTERN = '^[1-9][0-9]{0,14}$';
export const JOURNAL_LIMIT_MAX = 1000;
export const JOURNAL_LIMIT = 100;

/** Query of `GET /v1/journal`. */
export const JournalQuery = Type.Object(
  {
    from: Type.Optional(
      Type.String({ description: 'First sequence; 1 when left out.', pattern: SEQUENCE_PATTERN }),
    ),
    limit: Type.Optional(
      Type.String({
        description: 'Records at most, 1 to 1000; 100 when left out.',
        pattern: '^(1000|[1-9][0-9]{0,2})$',
      }),
    ),
  },
  { additionalProperties: false },
);

export const readCommandRequest = reader(CommandRequest);
export const readBatchRequest = reader(BatchRequest);
export const readBatchItem = reader(BatchItem);
export const readJournalQuery = reader(JournalQuery);
export const readCommandId = reader(commandId);
