/**
 * How the service is set up: every setting in one table. The file, the environment, the command line, the reference page and the check at
 * the start all follow from it.
 */
import Type from 'typebox';
import { err, ok, type Result } from '../base/index.js';
import type { SCOPES } from './commandAccess.js';
import { type Issue, issue } from './errors.js';
import type { Json, JsonObject } from './json.js';
import { type Reader, reader } from './schemaReader.js';
import type { Issues } from './wireCommand.js';

interface Setting {
  readonly schema: Type.TSchema;
  readonly about: string;
  readonly fallback: Json;
}

const text = Type.String({ minLength: 1, maxLength: 4096 });
const orNull = <S extends Type.TSchema>(schema: S) => Type.Union([schema, Type.Null()]);
const whole = (minimum: number, maximum: number) => Type.Integer({ minimum, maximum });
const words = <const W extends readonly string[]>(list: W) =>
  Type.Unsafe<W[number]>(Type.String({ enum: [...list] }));

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export const CANDLE_TIMES = ['1m', '5m', '15m', '1h', '4h', '1d'] as const;
/** Scopes whose commands a second principal can be made to approve. */
const APPROVED = ['treasury', 'risk', 'admin'] as const satisfies readonly (typeof SCOPES)[number][];

const Tokens = Type.Object({ issuer: text, audience: text, keys: text }, { additionalProperties: false });

export const SETTINGS = {
  data: {
    schema: orNull(text),
    about: 'Folder of the journal; made when it is not there. Needed.',
    fallback: null,
  },
  'listen.host': {
    schema: text,
    about: 'Address to listen on. Anything but this machine is told of where it is plain HTTP.',
    fallback: '127.0.0.1',
  },
  'listen.port': { schema: whole(0, 65_535), about: 'Port; 0 for any free one.', fallback: 4410 },
  'listen.tlsCertificate': {
    schema: orNull(text),
    about: 'PEM file of the certificate with its chain; with it HTTPS is spoken, TLS 1.2 or newer.',
    fallback: null,
  },
  'listen.tlsKey': { schema: orNull(text), about: 'PEM file of its key.', fallback: null },
  'listen.trustProxy': {
    schema: Type.Boolean(),
    about: 'Take the address of a caller from X-Forwarded-For: only behind a proxy that sets it.',
    fallback: false,
  },
  'access.mode': {
    schema: words(['keys', 'none']),
    about: 'none: nobody is asked who they are; only on an address of this machine.',
    fallback: 'keys',
  },
  'access.windowMs': {
    schema: whole(100, 60_000),
    about: "How far a signed time may be from the service's, milliseconds.",
    fallback: 5_000,
  },
  'access.requestsPerSecond': {
    schema: whole(1, 1_000_000),
    about: 'Of each caller bound to clients or pools, and of each operator.',
    fallback: 100,
  },
  'access.burst': { schema: whole(1, 1_000_000), about: 'The most of these at once.', fallback: 200 },
  'access.fourEyes': {
    schema: Type.Array(words(APPROVED), { uniqueItems: true }),
    about: 'Scopes whose commands wait until a second principal approves them.',
    fallback: [],
  },
  'access.approvalHours': {
    schema: Type.Number({ exclusiveMinimum: 0, maximum: 8_760 }),
    about: 'How long they wait.',
    fallback: 24,
  },
  'access.tokens': {
    schema: orNull(Tokens),
    about:
      'Operators by JWT: `issuer`, `audience`, and `keys`, the JWK set as a file or an https address. Null: keys only.',
    fallback: null,
  },
  'journal.snapshotEvery': {
    schema: whole(0, 1_000_000_000),
    about: 'Records between two snapshots, from which a start goes on; 0: none.',
    fallback: 500_000,
  },
  'journal.archive': {
    schema: orNull(text),
    about:
      'Folder that full segments from before the oldest snapshot go to; while it is there its records are read as before. Null: they stay.',
    fallback: null,
  },
  'backup.directory': {
    schema: orNull(text),
    about: 'Folder that backups are made in, on this machine; null: none are.',
    fallback: null,
  },
  'backup.everyHours': {
    schema: Type.Number({ minimum: 0, maximum: 500 }),
    about: 'A backup by itself so often; 0: only when asked for.',
    fallback: 0,
  },
  'backup.kept': { schema: whole(1, 10_000), about: 'Backups kept; older ones are removed.', fallback: 7 },
  'stream.connectionsMax': {
    schema: whole(1, 1_000_000),
    about: 'Streams open at once; more are refused.',
    fallback: 10_000,
  },
  'stream.stallMs': {
    schema: whole(1_000, 3_600_000),
    about: 'A stream of which nothing was read for so long while something waits is closed.',
    fallback: 30_000,
  },
  'traces.enabled': {
    schema: Type.Boolean(),
    about:
      'Spans by OpenTelemetry, whose API must be installed beside this package; what registers an SDK comes with `node --import`.',
    fallback: false,
  },
  'metrics.open': {
    schema: Type.Boolean(),
    about:
      'Anybody who reaches the address may read `/metrics`; otherwise a key that may read, bound to nothing.',
    fallback: false,
  },
  candles: {
    schema: orNull(words(CANDLE_TIMES)),
    about: 'Keep candles of the own marks in the folder of the journal, as `risk --prices` reads them.',
    fallback: null,
  },
  risk: {
    schema: orNull(text),
    about: 'File of the schedule by which margin rates and haircuts are proposed and applied.',
    fallback: null,
  },
  'log.level': {
    schema: words(LOG_LEVELS),
    about: 'Lines of JSON on standard error; info has one for each request, without bodies and headers.',
    fallback: 'warn',
  },
} as const satisfies Readonly<Record<string, Setting>>;

export type SettingName = keyof typeof SETTINGS;
export type Settings = {
  readonly [K in SettingName]: Type.Static<(typeof SETTINGS)[K]['schema']>;
};
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** `listen.tlsKey` is BULKHEAD_LISTEN_TLS_KEY. */
export function environmentName(name: SettingName): string {
  return `BULKHEAD_${name.replaceAll('.', '_').replaceAll(/([A-Z])/g, '_$1')}`.toUpperCase();
}

const READERS = new Map<SettingName, Reader<unknown>>();

/** One value, checked. */
export function readSetting(name: SettingName, value: unknown): Result<Json, Issues> {
  let read = READERS.get(name);
  if (read === undefined) {
    read = reader(SETTINGS[name].schema);
    READERS.set(name, read);
  }
  const found = read(value);
  return found.ok ? ok(found.value as Json) : err(found.error);
}

/** Text of the environment or the command line: a word as it is, anything else as JSON. */
export function settingOfText(name: SettingName, given: string): Result<Json, Issues> {
  const asText = readSetting(name, given);
  if (asText.ok) return asText;
  try {
    return readSetting(name, JSON.parse(given));
  } catch {
    return asText;
  }
}

/** A file of settings, nested by the dots in their names. Every fault is named with its place. */
export function readSettingsFile(
  value: unknown,
): Result<ReadonlyMap<SettingName, Json>, readonly [Issue, ...Issue[]]> {
  const found = new Map<SettingName, Json>();
  const issues: Issue[] = [];
  visit(value, '');
  const [first, ...rest] = issues;
  return first === undefined ? ok(found) : err([first, ...rest]);

  function visit(part: unknown, path: string): void {
    const place = path === '' ? '' : `/${path.replaceAll('.', '/')}`;
    if (isSetting(path)) {
      const read = readSetting(path, part);
      if (read.ok) found.set(path, read.value);
      else for (const one of read.error) issues.push({ ...one, path: `${place}${one.path}` });
    } else if (path !== '' && !SETTING_NAMES.some((name) => name.startsWith(`${path}.`))) {
      issues.push(issue('schema_violation', place, 'there is no such setting'));
    } else if (typeof part !== 'object' || part === null || Array.isArray(part)) {
      issues.push(issue('schema_violation', place, 'must be an object'));
    } else {
      for (const [name, inner] of Object.entries(part)) visit(inner, path === '' ? name : `${path}.${name}`);
    }
  }
}

function isSetting(path: string): path is SettingName {
  return Object.hasOwn(SETTINGS, path);
}

/** The JSON Schema of the file, for editors. */
export function settingsSchema(): JsonObject {
  const root: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) {
    const { schema, about, fallback } = SETTINGS[name];
    const described = { ...JSON.parse(JSON.stringify(schema)), description: about, default: fallback };
    const [section, field] = name.split('.') as [string, string | undefined];
    if (field === undefined) {
      root[section] = described;
      continue;
    }
    root[section] ??= { type: 'object', additionalProperties: false, properties: {} };
    (root[section] as { properties: Record<string, unknown> }).properties[field] = described;
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object',
    additionalProperties: false,
    properties: root as JsonObject,
  };
}
