import { expect, it } from 'vitest';
import { inWords, misfit } from './pattern.ts';

it('names the first place that differs', () => {
  const seen = { a: [1, { b: 'two', more: true }], c: null };
  expect(misfit({ a: [1, { b: /^t/ }] }, seen)).toBeNull();
  expect(misfit({ a: [1, { b: /^x/ }] }, seen)).toMatchObject({ path: 'a.1.b', seen: 'two' });
  expect(misfit({ a: [1] }, seen)).toMatchObject({ path: 'a' });
  expect(misfit({ c: { d: 1 } }, seen)).toMatchObject({ path: 'c', seen: null });
  expect(misfit({ d: 1 }, seen)).toMatchObject({ path: 'd', seen: undefined });
  expect(misfit({}, [])).toMatchObject({ path: '' });
  expect(misfit([], {})).toMatchObject({ path: '' });
});

it('writes expressions as expressions, and nothing as a word', () => {
  expect(inWords({ code: /^a/ })).toBe('{"code":"/^a/"}');
  expect(inWords(undefined)).toBe('nothing');
});
