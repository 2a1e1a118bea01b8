/** Nothing is left out silently: each rule is checked, or its reason is told. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Section, SECTIONS } from './catalogue.ts';
import { titleOf } from './check.ts';
import { NOT_CHECKABLE } from './not-checkable.ts';
import { plan } from './run-checks.ts';

const PAGE = join(import.meta.dirname, '../../../docs/conformance.md');
const protocol = readFileSync(join(import.meta.dirname, '../../../PROTOCOL.md'), 'utf8');
const letters = SECTIONS.map(({ letter }) => letter).join('');
const rules = [...protocol.matchAll(/^- \*\*([A-Z]\d+)\*\*/gm)]
  .map(([, rule = '']) => rule)
  .filter((rule) => letters.includes(rule.slice(0, 1)));
const checks = SECTIONS.flatMap((section) => section.checks);
const tableOf = ({ letter = '', name = '' }: Partial<Section> = {}): string[] => [
  `### ${letter}: ${name}`,
  '',
  '| check | what it proves |',
  '|---|---|',
  ...plan([letter]).map((item) =>
    'see' in item
      ? `| ${titleOf(item)} | ${item.proves} |`
      : `| ${item.rule} | not from outside: ${item.reason} |`,
  ),
  '',
];
const tables = SECTIONS.flatMap(tableOf).join('\n');

const order = (rule: string): number => letters.indexOf(rule.slice(0, 1)) * 1_000 + Number(rule.slice(1));
const checked = new Set(checks.map(({ rule }) => rule));

it('has a check or a reason for each rule, never both, and none for a rule that does not exist', () => {
  expect(letters).toBe('PLHCFSWRXV');
  expect(rules.filter((rule) => !checked.has(rule) && !(rule in NOT_CHECKABLE))).toEqual([]);
  expect([...checked].filter((rule) => rule in NOT_CHECKABLE)).toEqual([]);
  expect([...checked, ...Object.keys(NOT_CHECKABLE)].filter((rule) => !rules.includes(rule))).toEqual([]);
});

it('calls each check by a name of its own, in the section of its rule', () => {
  const titles = checks.map(titleOf);
  expect(titles.filter((title, at) => titles.indexOf(title) !== at)).toEqual([]);
  for (const { letter, checks: own } of SECTIONS)
    expect(own.filter(({ rule }) => !rule.startsWith(letter))).toEqual([]);
});

it('tells sections, rules and checks in the order of the protocol', () => {
  const told = plan([]).map(({ rule }) => rule);
  expect(told).toEqual(told.toSorted((a, b) => order(a) - order(b)));
  expect(new Set(plan(['P', 'H7']).map(({ rule }) => rule))).toEqual(
    new Set([...rules.filter((rule) => rule.startsWith('P')), 'H7']),
  );
});

it('is shown in docs/conformance.md (WRITE_CONFORMANCE=1 writes it)', () => {
  const written = readFileSync(PAGE, 'utf8');
  const page = written.slice(0, written.indexOf(tableOf(SECTIONS[0])[0] ?? '')) + tables;
  if (process.env['WRITE_CONFORMANCE']) writeFileSync(PAGE, page);
  else expect(written).toBe(page);
});
