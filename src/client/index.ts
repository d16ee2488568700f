/** The service from a program. */
export * from './client.js';
export { type Credentials, credentialHeaders, signedHeaders } from './credentials.js';
export * from './stream.js';
