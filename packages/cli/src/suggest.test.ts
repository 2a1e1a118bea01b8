import { expect, it } from 'vitest';
import { suggest } from './suggest.ts';

const names = ['serve', 'validate', 'tail', 'publish'];

it.each([
  ['tali', 'tail'],
  ['vaildate', 'validate'],
  ['Publsh', 'publish'],
  ['doctor', null],
])('takes %s for %s', (typed, meant) => {
  expect(suggest(typed, names)).toBe(meant);
});
