import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { DEFAULT_LIMITS } from './limits.ts';

const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
const cells = [...page.matchAll(/^\| (`[^|]*) \| ([^|]*) \|/gm)].flatMap(([, names = '', defaults = '']) => {
  const values = defaults.split(', ').map((value) => Number(value.replaceAll(',', '')));
  return [...names.matchAll(/`(\w+)`/g)].map(([, name = ''], at) => [name, values[at] ?? values[0]] as const);
});

it('each limit is on its page with its default, and no other', () => {
  expect(Object.fromEntries(cells)).toEqual(DEFAULT_LIMITS);
});
