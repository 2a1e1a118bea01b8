/** What people read: sections, one line for each check, and under each failure what was expected and seen. */
import { SECTIONS } from './catalogue.ts';
import { titleOf } from './check.ts';
import type { Outcome, Result } from './run-checks.ts';

const SIGNS: Readonly<Record<Outcome, string>> = { pass: '✓', fail: '✗', not_checkable: '–' };

/** Lines about one result; the section's name stands before its first. */
export function linesOf(result: Result, before: Result | undefined): string[] {
  const { rule, name, outcome, reason } = result;
  const lines =
    before !== undefined && letterOf(result) === letterOf(before) ? [] : ['', sectionName(result)];
  const title = name === null ? rule : titleOf({ rule, name });
  lines.push(`  ${SIGNS[outcome]} ${title}${reason === undefined ? '' : `: ${reason}`}`);
  if (outcome === 'fail')
    lines.push(
      `      rule      ${result.proves}`,
      `      did       ${result.does}`,
      `      expected  ${result.expected}`,
      `      seen      ${result.seen}`,
    );
  return lines;
}

const letterOf = ({ rule }: Result): string => rule.slice(0, 1);
const sectionName = (result: Result): string => {
  const section = SECTIONS.find(({ letter }) => letter === letterOf(result));
  return `${section?.letter}  ${section?.name}`;
};

export type Counts = Readonly<Record<Outcome, number>>;

export function countsOf(results: readonly Result[]): Counts {
  const counts = { pass: 0, fail: 0, not_checkable: 0 };
  for (const { outcome } of results) counts[outcome] += 1;
  return counts;
}

export const summaryOf = ({ pass, fail, not_checkable }: Counts): string =>
  `${pass} passed, ${fail} failed, ${not_checkable} not checkable from outside.`;
