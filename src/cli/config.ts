/** `bulkhead config`: the settings of the service as they would be, where each comes from, and whether they are good. */
import { environmentName, SETTING_NAMES, SETTINGS, settingsSchema } from '../contract/index.js';
import { parseArguments } from './arguments.js';
import { EXIT_DONE, UsageError } from './failures.js';
import type { Io } from './io.js';
import { settingFaults } from './settingFaults.js';
import { resolveSettings, SETTING_OPTIONS } from './settings.js';

export const configHelp = `Show and check the settings of the service.

Usage: bulkhead config show|check|schema [OPTIONS]

  show            every setting, its value, and where that comes from
  check           exit 1 where something is wrong with them
  schema          the JSON Schema of the file

Options:
  --config FILE   settings in JSON, nested by the dots in their names
  --json          show: as JSON
  and those of bulkhead serve that are settings: ${Object.keys(SETTING_OPTIONS)
    .map((name) => `--${name}`)
    .join(', ')}
  -h, --help      this page

The command line goes before the environment, the environment before the file. BULKHEAD_MASTER_KEY is no setting: it is never shown.

Settings:
${SETTING_NAMES.map((name) => `  ${name.padEnd(26)}${environmentName(name)}`).join('\n')}

Examples:
  bulkhead config show --config venue.json --port 8080
  BULKHEAD_LOG_LEVEL=info bulkhead config check --config venue.json
`;

const OPTIONS = {
  config: { type: 'string' },
  json: { type: 'boolean' },
  ...Object.fromEntries(Object.keys(SETTING_OPTIONS).map((name) => [name, { type: 'string' as const }])),
} as const;

export async function config(args: readonly string[], io: Io): Promise<number> {
  const parsed = parseArguments(args, OPTIONS, { positionalsMin: 1, positionalsMax: 1 });
  const [verb] = parsed.positionals;
  if (verb === 'schema') {
    io.out(`${JSON.stringify(settingsSchema(), null, 2)}\n`);
    return EXIT_DONE;
  }
  if (verb !== 'show' && verb !== 'check') throw new UsageError(`config takes show, check or schema`);
  const { settings, origins } = await resolveSettings(parsed, io);
  if (verb === 'check') {
    await settingFaults(settings);
    io.out('the settings are good\n');
    return EXIT_DONE;
  }
  if (parsed.flag('json')) {
    const shown = SETTING_NAMES.map((name) => [name, { value: settings[name], from: origins.get(name) }]);
    io.out(`${JSON.stringify(Object.fromEntries(shown), null, 2)}\n`);
    return EXIT_DONE;
  }
  for (const name of SETTING_NAMES) {
    const from = origins.get(name);
    io.out(`${name.padEnd(26)}${JSON.stringify(settings[name]).padEnd(24)} ${from}\n`);
    io.out(`${' '.repeat(26)}${SETTINGS[name].about}\n`);
  }
  return EXIT_DONE;
}
