import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const readme = readFileSync('README.md', 'utf8');

describe('the README', () => {
  it('shows on its first screen what its example really prints (ISO-01)', () => {
    const [, command, transcript] = /```console\n\$ node (\S+)\n([\s\S]*?)```/.exec(readme) ?? [];
    expect(command).toBe('examples/two-accounts.js');
    const printed = execFileSync(process.execPath, [command as string], { encoding: 'utf8' });
    expect(transcript).toBe(printed);
    expect(printed).toContain('trial balance 0');
  });

  it('names the commands that the package has', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(readme).toContain('`npm ci && npm start`');
    expect(readme).toContain('`npm ci && npm test`');
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(['prestart', 'start', 'pretest', 'test']));
    expect(readFileSync('.ci/run', 'utf8')).toContain('npm ci && npm test');
  });
});
