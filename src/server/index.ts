/** The service over HTTP. */
export { ROUTES, type Route } from './routes.js';
export { type Server, type ServerOptions, startServer } from './server.js';
