/** The rooms and the arrows between them (ARCHITECTURE.md): imports point down only. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What each room may import of the other rooms, tests apart. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'packages/protocol': [],
  'packages/handshake': ['protocol'],
  'packages/log': ['protocol'],
  'packages/client': ['protocol'],
  'packages/bus': ['protocol', 'log'],
  'packages/runs': ['protocol', 'log'],
  'packages/workflows': ['protocol', 'log', 'runs'],
  'packages/server': ['protocol', 'handshake', 'log', 'bus', 'runs'],
  'packages/cli': ['protocol', 'client', 'workflows', 'log'],
  'packages/testkit': ['protocol'],
  'packages/conformance': ['protocol'],
  'apps/gateway': ['protocol', 'handshake', 'log', 'bus', 'runs', 'workflows', 'server'],
  'apps/dashboard': ['protocol', 'client'],
};

const IO = /^node:(?:fs|net|tls|http|https|http2|dns|dgram|child_process|sqlite|worker_threads)(?:\/|$)/;
const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g;

const sources = globSync('{packages,apps}/*/src/**/*.{ts,tsx}', { cwd: root }).filter(
  (file) => !/\.test\.tsx?$|\/test(?:ing)?\//.test(file),
);
const importsOf = (file: string): string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(IMPORT)].map(([, a, b, c]) => a ?? b ?? c ?? '');
const roomOf = (file: string): string => file.split('/').slice(0, 2).join('/');

describe('the rooms', () => {
  it('are all named here, and none is named that does not exist', () => {
    expect([...new Set(sources.map(roomOf))].toSorted()).toEqual(Object.keys(MAY_IMPORT).toSorted());
  });

  it('import only what lies below them', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .map((name) => /^@greenlight\/([a-z-]+)/.exec(name)?.[1])
        .filter((room) => room !== undefined && !MAY_IMPORT[roomOf(file)]?.includes(room))
        .map((room) => `${file} imports ${room}`),
    );
    expect(wrong).toEqual([]);
  });

  it('reach each other by name, never by a relative path', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((name) => name.startsWith('.') && !join(dirname(file), name).startsWith(`${roomOf(file)}/`))
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keep protocol and handshake free of I/O, and protocol and client free of other packages', () => {
    const wrong = sources.flatMap((file) =>
      importsOf(file)
        .filter((name) => {
          if (/^packages\/(?:protocol|handshake)\//.test(file) && IO.test(name)) return true;
          return /^packages\/(?:protocol|client)\//.test(file) && !/^\.|^@greenlight\//.test(name);
        })
        .map((name) => `${file} imports ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('leave the choice of implementations to compose.ts', () => {
    const choosers = sources.filter(
      (file) =>
        /^(?:apps\/gateway|packages\/server)\//.test(file) &&
        importsOf(file).some((name) => /^@greenlight\/(?:log\/open-log|bus\/in-process)/.test(name)),
    );
    expect(choosers).toEqual(['apps/gateway/src/compose.ts']);
  });
});
