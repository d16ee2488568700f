/** An answer before it is HTTP: a status, a JSON body, and headers where there are any. */
import {
  type ErrorCode,
  type Issue,
  type Issues,
  issuesProblem,
  type JsonObject,
  type Problem,
  problem,
  readChangeQuery,
} from '../contract/index.js';

export interface Reply {
  readonly status: number;
  readonly body: JsonObject;
  /** Sent as it is, in place of the body; its type is among the headers. */
  readonly page?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is not answered with what it asked for. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly problem: Problem;
  readonly headers: Readonly<Record<string, string>>;

  constructor(refusal: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(refusal.detail);
    this.problem = refusal;
    this.headers = headers;
  }
}

export function refuse(code: ErrorCode, context: JsonObject = {}): Refused {
  return new Refused(problem(code, { context }));
}

/** The first sequence to read, which must not be in the archive; the oldest there is where none is asked for. */
export function firstOrRefuse(
  asked: number | null,
  { firstSequence }: { readonly firstSequence: number },
): number {
  if (asked !== null && asked < firstSequence)
    throw refuse('records_archived', { from: String(asked), firstSequence: String(firstSequence) });
  return asked ?? firstSequence;
}

export function refuseIssues(issues: Issues): Refused {
  return new Refused(issuesProblem(issues));
}

/** The same issues, deeper in the request. */
export function under(path: string, [first, ...rest]: Issues): Issues {
  const move = (found: Issue): Issue => ({ ...found, path: `${path}${found.path}` });
  return [move(first), ...rest.map(move)];
}

export function okReply(body: object, headers: Reply['headers'] = {}): Reply {
  return { status: 200, body: body as JsonObject, headers };
}

/** Whether a change is only tried. */
export function isDryRun(query: unknown): boolean {
  const read = readChangeQuery(query);
  if (!read.ok) throw refuseIssues(under('/query', read.error));
  return read.value.dryRun === 'true';
}

export function wouldChange(change: string): Reply {
  return okReply({ dryRun: true, change });
}

/** `more` are members beyond those of RFC 9457: where in the journal the refusal stands. */
export function problemReply(refusal: Problem, more: JsonObject = {}, headers: Reply['headers'] = {}): Reply {
  return {
    status: refusal.status,
    body: { ...(refusal as unknown as JsonObject), ...more },
    headers: { ...headers, 'content-type': PROBLEM_TYPE },
  };
}

export const JSON_TYPE = 'application/json; charset=utf-8';
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8';
