/** Keys, what waits for approval, and the audit: for administrators, and for whoever approves. */
import { type JsonObject, type KeyRow, readKeyRequest, readTrailQuery } from '../contract/index.js';
import type { Access } from './access/access.js';
import { type Approval, isWaiting } from './access/approvals.js';
import type { ApiKey } from './access/keyRing.js';
import { sendApproved, tryCommand } from './commandDoor.js';
import { isDryRun, okReply, type Reply, refuse, refuseIssues, under, wouldChange } from './reply.js';
import type { Handler, RouteRequest } from './routes.js';

export const getKeys = behindDoor(async ({ access }) =>
  okReply({ keys: [...access.ring.keys.values()].map(keyRow) }),
);

/** Nobody gives what they have not: a bound administrator makes keys for nobody, and no scope is given beyond one's own. */
export const postKey = behindDoor(async ({ access, body, caller, query }) => {
  const read = readKeyRequest(body);
  if (!read.ok) throw refuseIssues(read.error);
  const { label, scopes, clients = null, pools = null, requestsPerSecond = null } = read.value;
  const missing = scopes.find((scope) => !caller.scopes.has(scope));
  if (missing !== undefined) throw refuse('not_permitted', { scope: missing });
  if (isDryRun(query)) return wouldChange('a key would be made');
  const { key, secret } = await access.ring.make(
    { label, scopes, clients, pools, requestsPerSecond },
    caller.id,
  );
  await access.audit.add({ what: 'key', by: caller.id, change: 'made', key: key.key });
  return okReply({ ...keyRow(key), secret });
});

export const postKeyRotate = behindDoor(async ({ access, params, caller, query }) => {
  const { key: id } = liveKey(access, params);
  if (isDryRun(query)) return wouldChange(`key ${id} would be rotated`);
  const { key, secret } = await access.ring.rotate(id, caller.id);
  await access.audit.add({ what: 'key', by: caller.id, change: 'rotated', key: key.key });
  return okReply({ ...keyRow(key), secret });
});

export const postKeyRevoke = behindDoor(async ({ access, params, caller, query }) => {
  const { key: id } = liveKey(access, params);
  if (isDryRun(query)) return wouldChange(`key ${id} would be revoked`);
  const key = await access.ring.revoke(id, caller.id);
  await access.audit.add({ what: 'key', by: caller.id, change: 'revoked', key: key.key });
  return okReply({ ...keyRow(key) });
});

export const getApprovals = behindDoor(async ({ access, caller }) => {
  const shown = [...access.approvals.all.values()].filter(
    ({ by, scope }) => by === caller.id || caller.scopes.has(scope),
  );
  return okReply({ approvals: shown.map((approval) => approvalRow(approval, access.clock())) });
});

/** Approved, the command is sent, and its answer is the answer. Approved again it is answered again, never done twice. */
export const postApprove: Handler = async (host, request) => {
  const { access, caller } = request;
  if (access === null) throw refuse('not_found');
  const approval = approvalAt(access, request);
  if (approval.decision !== 'approved') {
    assertWaiting(approval, access);
    if (approval.by === caller.id) throw refuse('own_approval', { approval: approval.approval });
    if (!caller.scopes.has(approval.scope)) throw refuse('not_permitted', { scope: approval.scope });
  }
  const { id, command, by } = approval;
  if (isDryRun(request.query)) return tryCommand(host, caller, command);
  const reply = await sendApproved(host, request, { id, command, path: '/command', askedBy: by });
  if (approval.decision !== 'approved') {
    await access.approvals.decide(approval.approval, 'approved', caller.id);
    await access.audit.add({
      what: 'approval',
      by: caller.id,
      change: 'approved',
      approval: approval.approval,
    });
  }
  return reply;
};

/** Whoever asked may take it back; anybody with its scope may reject it. */
export const postReject = behindDoor(async (request) => {
  const { access, caller } = request;
  const approval = approvalAt(access, request);
  assertWaiting(approval, access);
  if (approval.by !== caller.id && !caller.scopes.has(approval.scope))
    throw refuse('not_permitted', { scope: approval.scope });
  if (isDryRun(request.query)) return wouldChange(`approval ${approval.approval} would be rejected`);
  const decided = await access.approvals.decide(approval.approval, 'rejected', caller.id);
  await access.audit.add({
    what: 'approval',
    by: caller.id,
    change: 'rejected',
    approval: approval.approval,
  });
  return okReply(approvalRow(decided, access.clock()));
});

const AUDIT_LIMIT = 100;

export const getAudit = behindDoor(async ({ access, query }) => {
  const read = readTrailQuery(query);
  if (!read.ok) throw refuseIssues(under('/query', read.error));
  const from = Number(read.value.from ?? 1);
  const limit = Number(read.value.limit ?? AUDIT_LIMIT);
  const found = await access.audit.read(from, limit);
  const next = from + found.length <= access.audit.size ? from + found.length : null;
  const entries = found.map(({ number, timeMs, entry }) => ({ number, timeMs, ...entry }));
  return okReply({ entries: entries as unknown as JsonObject[], next: found.length === 0 ? null : next });
});

type Behind = RouteRequest & { readonly access: Access };

/** Where nobody is asked who they are, there are no keys and no trail. */
function behindDoor(handler: (request: Behind) => Promise<Reply>): Handler {
  return async (_host, request) => {
    const { access } = request;
    if (access === null) throw refuse('not_found');
    return handler({ ...request, access });
  };
}

function keyRow({ clients, pools, ...key }: ApiKey): KeyRow {
  return { ...key, clients, pools };
}

function liveKey({ ring }: Access, params: RouteRequest['params']): ApiKey {
  const id = params['key'] ?? '';
  const key = ring.keys.get(id);
  if (key === undefined || key.revokedMs !== null) throw refuse('unknown_key', { id: id.slice(0, 80) });
  return key;
}

function approvalAt({ approvals }: Access, { params, caller }: RouteRequest): Approval {
  const id = params['approval'] ?? '';
  const approval = approvals.all.get(id);
  const isTheirs = approval !== undefined && (approval.by === caller.id || caller.scopes.has(approval.scope));
  if (!isTheirs) throw refuse('unknown_approval', { id: id.slice(0, 80) });
  return approval;
}

function assertWaiting(approval: Approval, { clock }: Access): void {
  if (!isWaiting(approval, clock())) throw refuse('approval_decided', { approval: approval.approval });
}

function approvalRow({ digest: _digest, ...approval }: Approval, nowMs: number) {
  const status = approval.decision ?? (isWaiting({ ...approval, digest: '' }, nowMs) ? 'waiting' : 'expired');
  return { ...approval, status } as const;
}
