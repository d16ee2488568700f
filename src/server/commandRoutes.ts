/** Commands over HTTP: one, a batch, or only tried. */
import type { Result } from '../base/index.js';
import {
  type Issues,
  type JsonObject,
  problem,
  readBatchItem,
  readBatchRequest,
  readCommandId,
  readCommandRequest,
} from '../contract/index.js';
import {
  answerCommands,
  handOnCommands,
  REPLAY_HEADER,
  type Sender,
  type SentCommand,
  tryCommand,
  tryCommands,
} from './commandDoor.js';
import type { GuardedHost } from './guardedHost.js';
import { okReply, problemReply, Refused, type Reply, refuse, refuseIssues, under } from './reply.js';
import type { RouteRequest } from './routes.js';

export async function postCommand(host: GuardedHost, request: RouteRequest): Promise<Reply> {
  const body = readOrRefuse(readCommandRequest(request.body));
  if (body.dryRun === true) return tryCommand(host, request.caller, body.command);
  const id = commandId(body.id, request.headers['idempotency-key']);
  const [reply] = await answerCommands(host, request, [{ id, command: body.command, path: '/command' }]);
  return reply as Reply;
}

/**
 * Every command in order, each seeing what those before it did; one that is refused stops nobody. A batch is not
 * atomic: each command is done or refused for itself.
 */
export async function postBatch(host: GuardedHost, request: RouteRequest): Promise<Reply> {
  const { commands, dryRun = false } = readOrRefuse(readBatchRequest(request.body));
  return okReply({ answers: await answerBatch(host, request, commands, dryRun) });
}

async function answerBatch(
  host: GuardedHost,
  sender: Sender,
  commands: readonly unknown[],
  isDryRun: boolean,
): Promise<readonly JsonObject[]> {
  if (!isDryRun) return Promise.all((await handOnBatch(host, sender, commands)).answers);
  const read = readItems(commands);
  const tried = read.filter(isSent).map(({ command, path }) => ({ value: command, path }));
  const replies = [...(await tryCommands(host, sender.caller, tried))];
  return read.map((item) => batchAnswer(isSent(item) ? (replies.shift() as Reply) : item));
}

/** Resolved when all are handed on, with the answers of a batch in its order; what cannot be read has its own. */
export async function handOnBatch(
  host: GuardedHost,
  sender: Sender,
  commands: readonly unknown[],
): Promise<{ readonly answers: readonly Promise<JsonObject>[] }> {
  const read = readItems(commands);
  const handedOn = [...(await handOnCommands(host, sender, read.filter(isSent))).answers];
  const answers = read.map(async (item) =>
    batchAnswer(isSent(item) ? await (handedOn.shift() as Promise<Reply>) : item),
  );
  return { answers };
}

function readItems(commands: readonly unknown[]): readonly (SentCommand | Reply)[] {
  return commands.map((item, at) => readItem(item, `/commands/${at}`));
}

function isSent(item: SentCommand | Reply): item is SentCommand {
  return 'command' in item;
}

function readItem(item: unknown, path: string): SentCommand | Reply {
  const read = readBatchItem(item);
  if (!read.ok) return problemReply(refuseIssues(under(path, read.error)).problem);
  return { ...read.value, path: `${path}/command` };
}

function batchAnswer(reply: Reply): JsonObject {
  return {
    status: reply.status,
    replayed: reply.headers?.[REPLAY_HEADER] !== undefined,
    answer: reply.body,
  };
}

/** From the body or the header, which may quote it as a structured field does. */
function commandId(fromBody: string | undefined, header: string | string[] | undefined): string {
  if (header === undefined) {
    if (fromBody === undefined) throw refuse('missing_command_id');
    return fromBody;
  }
  const text = String(header);
  const id = readCommandId(/^".*"$/.test(text) ? text.slice(1, -1) : text);
  if (!id.ok) throw refuseIssues(under('/headers/idempotency-key', id.error));
  if (fromBody !== undefined && fromBody !== id.value) {
    throw new Refused(
      problem('command_id_mismatch', { context: { id: fromBody, idempotencyKey: id.value } }),
    );
  }
  return id.value;
}

function readOrRefuse<T>(read: Result<T, Issues>, path = ''): T {
  if (!read.ok) throw refuseIssues(under(path, read.error));
  return read.value;
}
