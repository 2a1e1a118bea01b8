import { expect, it } from 'vitest';
import { changedSpan, diffRows } from './diff-lines.ts';

const PATCH = [
  '--- a/a.md',
  '+++ b/a.md',
  '@@ -1,3 +1,4 @@',
  ' # A',
  '-old',
  '+new',
  '+more',
  ' end',
  '',
].join('\n');

it('pairs removed with added lines and counts both sides', () => {
  expect(diffRows(PATCH)).toEqual([
    { kind: 'hunk', text: '@@ -1,3 +1,4 @@' },
    { kind: 'same', before: { line: 1, text: '# A' }, after: { line: 1, text: '# A' } },
    { kind: 'change', before: { line: 2, text: 'old' }, after: { line: 2, text: 'new' } },
    { kind: 'change', before: null, after: { line: 3, text: 'more' } },
    { kind: 'same', before: { line: 3, text: 'end' }, after: { line: 4, text: 'end' } },
  ]);
});

it('finds the part of a line that changed', () => {
  expect(changedSpan('use http here', 'use https here')).toEqual({ before: [8, 8], after: [8, 9] });
  expect(changedSpan('same', 'same')).toEqual({ before: [4, 4], after: [4, 4] });
  expect(changedSpan('aa', 'aaa')).toEqual({ before: [2, 2], after: [2, 3] });
});
