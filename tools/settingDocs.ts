/** The reference page of the settings, from their table. */
import { environmentName, SETTING_NAMES, SETTINGS } from '../src/contract/index.js';
import { table } from './markdown.js';

export function settingsPage(rewrite: string): string {
  return `# Settings

What \`bulkhead serve\` can be told, in a JSON file (\`--config\`), nested by the dots in the names, or in the environment. The command line
goes before the environment, the environment before the file; \`bulkhead config show\` says where each comes from, \`bulkhead config check\`
whether they are good, \`bulkhead config schema\` prints a JSON Schema for editors.

${table(
  ['setting', 'in the environment', 'otherwise', ''],
  SETTING_NAMES.map((name) => [
    `\`${name}\``,
    `\`${environmentName(name)}\``,
    `\`${JSON.stringify(SETTINGS[name].fallback)}\``,
    SETTINGS[name].about,
  ]),
)}
\`BULKHEAD_MASTER_KEY\`, 64 hexadecimal digits, is the secret from which those of all keys are derived; where it is not set, the file
\`access/master.key\` in the folder of the journal is. \`BULKHEAD_KEY\`, \`ID:SECRET\`, is the key of the commands that ask a running service.
${rewrite}
`;
}
