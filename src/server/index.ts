/** The service over HTTP. */
export { ACCESS_DEFAULTS, type Access, type AccessTerms, openAccess } from './access/access.js';
export { LogDamaged } from './access/chainedLog.js';
export { MasterKeyUnusable } from './access/masterKey.js';
export { type Backups, backupsIn } from './backups.js';
export { type CandleStore, openCandleStore } from './candleStore.js';
export { createLog, type Logger } from './log.js';
export { isOwnMachine } from './ownMachine.js';
export { ROUTES, type Route } from './routes.js';
export { type InnerRequest, type Server, type ServerOptions, startServer } from './server.js';
export { STREAM_DEFAULTS, type StreamTerms } from './stream/stream.js';
export { NO_TRACES, openTraces, type Traces } from './traces.js';
export type { DeliveryTerms } from './webhooks/webhookSender.js';
export { openWebhooks, type Webhooks } from './webhooks/webhooks.js';
