/** Lines of JSON about the service itself. Nothing that was sent stands in them: no body, no header, no query. */
import { type Logger, pino } from 'pino';

export type { Logger };

export function createLog(level: string, write: (line: string) => void): Logger {
  return pino({ level, base: null, timestamp: () => `,"timeMs":${Date.now()}` }, { write });
}

export const SILENT: Logger = createLog('silent', () => undefined);
