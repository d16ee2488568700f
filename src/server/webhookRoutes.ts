/** Webhooks: made, shown, set going again, removed, by administrators. */
import { issue, readWebhookRequest, type WebhookRow } from '../contract/index.js';
import { isOwnMachine } from './ownMachine.js';
import { firstOrRefuse, isDryRun, okReply, type Reply, refuse, refuseIssues, wouldChange } from './reply.js';
import type { Handler, RouteRequest } from './routes.js';
import { WEBHOOKS_MAX, type WebhookStatus, type Webhooks } from './webhooks/webhooks.js';

export const getWebhooks = withWebhooks(async ({ webhooks }) =>
  okReply({ webhooks: webhooks.list().map(row) }),
);

export const postWebhook: Handler = async (host, request) => {
  const { webhooks, access, caller, body, query } = request;
  if (webhooks === null) throw refuse('not_found');
  const read = readWebhookRequest(body);
  if (!read.ok) throw refuseIssues(read.error);
  const { url, channels, clients = null, from } = read.value;
  assertGoodAddress(url);
  if (webhooks.list().length >= WEBHOOKS_MAX)
    throw refuse('too_many_webhooks', { webhooksMax: String(WEBHOOKS_MAX) });
  const next = from === undefined ? host.durableSequence + 1 : firstOrRefuse(from, host);
  if (isDryRun(query)) return wouldChange('a webhook would be made');
  const { secret, ...made } = await webhooks.make({ url, channels, clients }, next);
  await access?.audit.add({ what: 'webhook', by: caller.id, change: 'made', webhook: made.webhook });
  return okReply({ ...row(made), secret });
};

export const postWebhookResume = withWebhooks(async (request) => {
  const { webhook } = webhookAt(request);
  if (isDryRun(request.query)) return wouldChange(`webhook ${webhook} would be tried again`);
  const resumed = await request.webhooks.resume(webhook);
  await request.access?.audit.add({ what: 'webhook', by: request.caller.id, change: 'resumed', webhook });
  return okReply(row(resumed));
});

export const postWebhookRemove = withWebhooks(async (request) => {
  const found = webhookAt(request);
  const { webhook } = found;
  if (isDryRun(request.query)) return wouldChange(`webhook ${webhook} would be removed`);
  await request.webhooks.remove(webhook);
  await request.access?.audit.add({ what: 'webhook', by: request.caller.id, change: 'removed', webhook });
  return okReply(row(found));
});

type With = RouteRequest & { readonly webhooks: Webhooks };

/** A service that was started without a place for them has none. */
function withWebhooks(handler: (request: With) => Promise<Reply>): Handler {
  return async (_host, request) => {
    const { webhooks } = request;
    if (webhooks === null) throw refuse('not_found');
    return handler({ ...request, webhooks });
  };
}

function webhookAt({ webhooks, params }: With): WebhookStatus {
  const id = params['webhook'] ?? '';
  const found = webhooks.of(id);
  if (found === null) throw refuse('unknown_webhook', { id: id.slice(0, 80) });
  return found;
}

function row({ channels, clients, ...webhook }: WebhookStatus): WebhookRow {
  return { ...webhook, channels, clients };
}

/** What is told of clients does not go over the wire to be read by others. */
function assertGoodAddress(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isGood =
    url !== null &&
    url.username === '' &&
    url.password === '' &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isOwnMachine(url.hostname)));
  if (!isGood)
    throw refuseIssues([
      issue(
        'schema_violation',
        '/url',
        'must be an https address without a name and password; http only on this machine',
      ),
    ]);
}
