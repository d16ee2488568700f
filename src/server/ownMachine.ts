/** Names and addresses of the machine itself, as they stand in a Host header, an address or a setting. */
import { refuse } from './reply.js';

const OWN = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

export function isOwnMachine(host: string): boolean {
  return OWN.test(host);
}

/** Of a Host header, with or without its port. */
export function assertOwnName(header: string | undefined): void {
  const name = (header ?? '').replace(/:\d+$/, '').toLowerCase();
  if (!isOwnMachine(name)) throw refuse('foreign_host', { host: name.slice(0, 200) });
}
