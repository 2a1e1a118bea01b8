/** PROTOCOL.md and the tests: each rule is quoted by the title of a test, and each quoted rule exists. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rules = [...readFileSync(join(root, 'PROTOCOL.md'), 'utf8').matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)].map(
  ([, rule]) => rule,
);

/** `it('[P3] …')`, `it('[P3][P4] …')`, `it.each(…)('[P3, P4] …')` */
const quoted = new Set(
  globSync(['{packages,apps}/*/{src,test}/**/*.{ts,tsx}', 'scripts/*.test.ts'], { cwd: root })
    .filter((file) => /\.test\.tsx?$|contract/.test(file))
    .flatMap((file) => [
      ...readFileSync(join(root, file), 'utf8').matchAll(/['"`](\[[A-Z]\d+[\][A-Z\d, ]*\])/g),
    ])
    .flatMap(([, tags = '']) => tags.match(/[A-Z]\d+/g) ?? []),
);

describe('the rules of PROTOCOL.md', () => {
  it('are numbered from 1 without a hole, letter by letter', () => {
    const next = new Map<string, number>();
    for (const rule of rules) {
      const letter = rule?.[0] ?? '';
      const number = (next.get(letter) ?? 0) + 1;
      expect(rule).toBe(`${letter}${number}`);
      next.set(letter, number);
    }
  });

  it('are each quoted by a test', () => {
    expect(rules.filter((rule) => rule !== undefined && !quoted.has(rule))).toEqual([]);
  });

  it('are all that tests quote', () => {
    expect([...quoted].filter((rule) => !rules.includes(rule))).toEqual([]);
  });
});
