/** Settings of the service from where they may stand: the command line before the environment, before the file, before what they are otherwise. */
import {
  environmentName,
  type Issue,
  type Json,
  readSettingsFile,
  SETTING_NAMES,
  SETTINGS,
  type SettingName,
  type Settings,
  settingOfText,
} from '../contract/index.js';
import type { ParsedArguments } from './arguments.js';
import { Refusal, UsageError } from './failures.js';
import { type Io, readText } from './io.js';

/** Options of the command line that are settings. */
export const SETTING_OPTIONS = {
  data: 'data',
  port: 'listen.port',
  host: 'listen.host',
  auth: 'access.mode',
  candles: 'candles',
  risk: 'risk',
  log: 'log.level',
} as const satisfies Readonly<Record<string, SettingName>>;

export type Origin = 'command line' | 'environment' | 'file' | 'default';

export interface ResolvedSettings {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<SettingName, Origin>;
}

/** Throws UsageError for an option, Refusal for a file or a variable that is not good. */
export async function resolveSettings(parsed: ParsedArguments, io: Io): Promise<ResolvedSettings> {
  const file = parsed.text('config');
  const inFile = file === undefined ? new Map<SettingName, Json>() : await settingsIn(file, io);
  const values = new Map<SettingName, Json>();
  const origins = new Map<SettingName, Origin>();
  for (const name of SETTING_NAMES) {
    const [value, origin] =
      fromOption(name, parsed) ?? fromEnvironment(name, io) ?? fromFile(name, inFile) ?? otherwise(name);
    values.set(name, value);
    origins.set(name, origin);
  }
  refuseUnknownVariables(io);
  return { settings: Object.fromEntries(values) as unknown as Settings, origins };
}

type Found = readonly [Json, Origin];

function fromOption(name: SettingName, parsed: ParsedArguments): Found | null {
  const option = Object.entries(SETTING_OPTIONS).find(([, setting]) => setting === name)?.[0];
  const given = option === undefined ? undefined : parsed.text(option);
  if (given === undefined) return null;
  const read = settingOfText(name, given);
  if (!read.ok) throw new UsageError(`--${option} ${read.error[0].message}, not ${JSON.stringify(given)}`);
  return [read.value, 'command line'];
}

function fromEnvironment(name: SettingName, { env }: Io): Found | null {
  const variable = environmentName(name);
  const given = env[variable];
  if (given === undefined) return null;
  const read = settingOfText(name, given);
  if (!read.ok) throw new Refusal('bad_setting', `${variable} ${read.error[0].message}`);
  return [read.value, 'environment'];
}

function fromFile(name: SettingName, inFile: ReadonlyMap<SettingName, Json>): Found | null {
  const value = inFile.get(name);
  return value === undefined ? null : [value, 'file'];
}

function otherwise(name: SettingName): Found {
  return [SETTINGS[name].fallback, 'default'];
}

async function settingsIn(file: string, io: Io): Promise<ReadonlyMap<SettingName, Json>> {
  let value: unknown;
  try {
    value = JSON.parse(await readText(file, io));
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal('not_json', `${file} is not JSON`);
  }
  const read = readSettingsFile(value);
  if (read.ok) return read.value;
  const said = read.error.map(({ path, message }: Issue) => `${path || '(file)'} ${message}`);
  throw new Refusal('bad_setting', `${file}: ${said.join('; ')}`);
}

/** A variable of a section that has no such setting was meant to be one. */
function refuseUnknownVariables({ env }: Io): void {
  const known = new Set(SETTING_NAMES.map(environmentName));
  const sections = new Set(
    SETTING_NAMES.filter((name) => name.includes('.')).map((name) => name.split('.')[0]?.toUpperCase()),
  );
  for (const name of Object.keys(env)) {
    const section = /^BULKHEAD_([A-Z]+)_/.exec(name)?.[1];
    if (section !== undefined && sections.has(section) && !known.has(name))
      throw new Refusal('bad_setting', `${name} is no setting; see bulkhead config show`);
  }
}
