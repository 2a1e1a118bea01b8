import type { Finding, Severity, Validation } from '@greenlight/protocol/review';
import { expect, it } from 'vitest';
import { resultRows } from './result-rows.ts';

const finding = (file: string, severity: Severity, message: string): Finding => ({
  rule: 'MD001',
  severity,
  file,
  line: 1,
  column: 1,
  message,
  excerpt: '',
});
const validation = (file: string, findings: readonly Finding[]): Validation => ({
  id: `val_${file}`,
  workflow: 'wf_1',
  file,
  verdict: findings.length > 0 ? 'fail' : 'pass',
  counts: {
    error: findings.filter(({ severity }) => severity === 'error').length,
    warning: findings.filter(({ severity }) => severity === 'warning').length,
    info: 0,
  },
  findings,
  createdAt: '2026-01-01T00:00:00.000Z',
});
const all = [
  validation('b.md', []),
  validation('a.md', [finding('a.md', 'warning', 'Trailing space')]),
  validation('c.md', [finding('c.md', 'error', 'Broken link'), finding('c.md', 'warning', 'Trailing space')]),
];
const keys = (text: string, severity: Severity | null, open = true) =>
  resultRows(all, { text, severity }, () => open).map(({ key }) => key);

it('puts the worst document first and opens what has findings', () => {
  expect(keys('', null)).toEqual([
    'val_c.md',
    'val_c.md/0',
    'val_c.md/1',
    'val_a.md',
    'val_a.md/0',
    'val_b.md',
  ]);
  expect(keys('', null, false)).toEqual(['val_c.md', 'val_a.md', 'val_b.md']);
});

it('finds by severity, by words of a finding and by name of a document', () => {
  expect(keys('', 'error')).toEqual(['val_c.md', 'val_c.md/0']);
  expect(keys('trailing a.md', null)).toEqual(['val_a.md', 'val_a.md/0']);
  expect(keys('b.md', null)).toEqual(['val_b.md']);
});
