/** docs/dependencies.md names each package that a package.json names, and none besides. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

type Manifest = Readonly<
  Partial<
    Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Readonly<Record<string, string>>>
  >
>;

const root = dirname(dirname(fileURLToPath(import.meta.url)));

const wanted = globSync(['package.json', '{packages,apps}/*/package.json'], { cwd: root }).flatMap((file) => {
  const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
  return Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  })
    .filter(([name]) => !name.startsWith('@greenlight/'))
    .map(([name, version]) => ({ file, name, version }));
});

/** What stands as code in the first column of the table. */
const explained = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
  .split('\n')
  .flatMap((line) => [...(/^\| (.*?) \|/.exec(line)?.[1]?.matchAll(/`([^`]+)`/g) ?? [])])
  .map(([, name = '']) => name);

describe('dependencies', () => {
  it('are each explained, once, and nothing else is', () => {
    const names = new Set(wanted.map(({ name }) => name));
    expect(explained.toSorted()).toEqual([...names].toSorted());
  });

  it('have one exact version', () => {
    const versions = new Map(wanted.map(({ name, version }) => [name, version]));
    const wrong = wanted.filter(
      ({ name, version }) => !/^\d+\.\d+\.\d+$/.test(version) || version !== versions.get(name),
    );
    expect(wrong).toEqual([]);
  });

  it('bring no install scripts', () => {
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
      packages: Readonly<Record<string, { hasInstallScript?: boolean }>>;
    };
    const withScript = Object.entries(lock.packages).filter(([, { hasInstallScript }]) => hasInstallScript);
    expect(withScript.map(([path]) => path)).toEqual([]);
  });
});
