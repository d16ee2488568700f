/** The service over HTTP. */
export { type CandleStore, openCandleStore } from './candleStore.js';
export { ROUTES, type Route } from './routes.js';
export { type Server, type ServerOptions, startServer } from './server.js';
