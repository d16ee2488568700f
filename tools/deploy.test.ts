/** What is shipped to run the service elsewhere agrees with the service. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../src/cli/commands.js';
import { environmentName, SETTING_NAMES } from '../src/contract/index.js';
import { openMetrics } from '../src/server/metrics.js';
import { ROOT, readText } from './repository.js';

const VARIABLES = new Set([...SETTING_NAMES.map(environmentName), 'BULKHEAD_MASTER_KEY']);

describe('the image', () => {
  const lines = readText('deploy/Dockerfile')
    .replaceAll('\\\n', ' ')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  const all = (instruction: string) =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1));

  it('has instructions that Docker knows, and copies what is there', () => {
    for (const line of lines)
      expect(line).toMatch(
        /^(FROM|WORKDIR|COPY|RUN|USER|ENV|VOLUME|EXPOSE|STOPSIGNAL|HEALTHCHECK|ENTRYPOINT|CMD) /,
      );
    const ignored = readText('.dockerignore').split('\n');
    const copied = all('COPY').filter((args) => !args.startsWith('--from'));
    for (const source of copied.flatMap((args) => args.split(' ').slice(0, -1))) {
      const path = source.replace(/^\.\//, '');
      expect(existsSync(join(ROOT, path)), `${path} is not there`).toBe(true);
      expect(ignored, `${path} is not let through by .dockerignore`).toContain(`!${path}`);
    }
  });

  it('runs the program of the package, not as root, with settings that there are', () => {
    const { bin } = JSON.parse(readText('package.json'));
    expect(all('ENTRYPOINT')).toEqual([`["node", "${bin.bulkhead}"]`]);
    expect(all('CMD')).toEqual(['["serve"]']);
    expect(all('USER')).toEqual(['node']);
    const set = all('ENV').flatMap((args) => [...args.matchAll(/(BULKHEAD_\w+)=/g)].map(([, name]) => name));
    expect(set.length).toBeGreaterThan(0);
    for (const name of set) expect(VARIABLES).toContain(name);
  });
});

describe('the compose file', () => {
  const { services, volumes } = parse(readText('deploy/compose.yaml'));

  it('builds this image, mounts files that are there, and publishes on this machine only', () => {
    expect(services.bulkhead.build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile' });
    for (const name of Object.keys(services.bulkhead.environment)) expect(VARIABLES).toContain(name);
    for (const { ports = [], volumes: mounts = [] } of Object.values<Record<string, string[]>>(services)) {
      for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
      for (const mount of mounts) {
        const [from = ''] = mount.split(':');
        if (from.startsWith('.')) expect(existsSync(join(ROOT, 'deploy', from)), from).toBe(true);
        else expect(Object.keys(volumes)).toContain(from);
      }
    }
  });

  it('lets Prometheus read the service, and Grafana Prometheus', () => {
    const { scrape_configs } = parse(readText('deploy/prometheus.yaml'));
    expect(scrape_configs[0].static_configs[0].targets).toEqual(['bulkhead:4410']);
    expect(parse(readText('deploy/grafana/provisioning.yaml')).datasources[0].url).toBe(
      'http://prometheus:9090',
    );
    expect(parse(readText('deploy/grafana/dashboards.yaml')).providers[0].options.path).toBe(
      '/var/lib/grafana/dashboards',
    );
  });
});

describe('the systemd unit', () => {
  it('has sections of settings, and runs a command that there is', () => {
    const sections: Record<string, Map<string, string>> = {};
    let section = '';
    for (const line of readText('deploy/bulkhead.service').split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const head = /^\[(\w+)\]$/.exec(line)?.[1];
      if (head !== undefined) {
        section = head;
        sections[head] = new Map();
        continue;
      }
      const [, name, value] = /^([A-Z]\w+)=(.*)$/.exec(line) ?? [];
      expect(name, line).toBeDefined();
      sections[section]?.set(name as string, value as string);
    }
    expect(Object.keys(sections)).toEqual(['Unit', 'Service', 'Install']);
    const start = sections['Service']?.get('ExecStart') ?? '';
    expect(start).toMatch(/^\/usr\/bin\/env bulkhead serve --config \/etc\/bulkhead\/config\.json /);
    expect(COMMANDS.map(({ name }) => name)).toContain('serve');
    expect(start).toContain(`/var/lib/${sections['Service']?.get('StateDirectory')}`);
  });
});

describe('the dashboard', () => {
  interface Panel {
    readonly id: number;
    readonly title: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
  }
  const { panels } = JSON.parse(readText('deploy/grafana/dashboard.json')) as {
    readonly panels: readonly Panel[];
  };

  it('asks for metrics and labels that the service has', () => {
    const metrics = openMetrics();
    const known = metrics.names();
    metrics.close();
    expect(known.size).toBeGreaterThan(20);
    for (const { targets, title } of panels) {
      for (const { expr, legendFormat } of targets) {
        const names = [...expr.matchAll(/\b(?:bulkhead|process)_\w+/g)].map(([name]) => name);
        expect(names.length, title).toBeGreaterThan(0);
        const labels = names.flatMap((name) => {
          const found = known.get(name.replace(/_(bucket|sum|count)$/, ''));
          expect(found, `${title}: there is no ${name}`).toBeDefined();
          return found ?? [];
        });
        const used = [
          ...[...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label]) => label),
          ...[...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, list]) => (list as string).split(', ')),
        ];
        for (const label of used) expect([...labels, 'le'], `${title}: ${label}`).toContain(label);
      }
    }
  });

  it('has panels that do not overlap', () => {
    for (const [at, one] of panels.entries())
      for (const other of panels.slice(at + 1)) {
        const [a, b] = [one.gridPos, other.gridPos];
        const isApart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(isApart, `${one.title} and ${other.title}`).toBe(true);
      }
  });
});
