import type { Finding } from '@greenlight/protocol/review';
import type { Report } from './api.ts';
import { titleOfRule } from './rule-titles.ts';

/** Findings written out one by one; a longer list is for the JSON report. */
const MAX_LISTED = 1_000;
const MAX_PATCHES = 50;

export function markdownReport(report: Report): string {
  const { summary } = report;
  const { error, warning, info } = summary.counts;
  const parts = [
    `# Validation of ${code(report.root)}`,
    `${plural(summary.files, 'file')}, ${summary.failed} failed: ${plural(error, 'error')}, ${plural(warning, 'warning')}, ${plural(info, 'note')}. ` +
      `Profile \`${report.profile}\`, ${report.startedAt} to ${report.endedAt}.`,
    ...(report.simulated ? ['**Simulated**: somebody of a simulated sign-in had a hand in this run.'] : []),
    ...rulesTable(report),
    ...findingsByFile(report.findings),
    ...recommendations(report),
  ];
  return `${parts.join('\n\n')}\n`;
}

function rulesTable({ summary }: Report): string[] {
  const rows = Object.entries(summary.rules).toSorted(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  if (rows.length === 0) return ['Nothing was found.'];
  const table = rows.map(([rule, count]) => `| \`${rule}\` | ${cell(titleOfRule(rule))} | ${count} |`);
  return ['## Rules', ['| rule | what | findings |', '| --- | --- | ---: |', ...table].join('\n')];
}

function findingsByFile(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const files = Map.groupBy(findings.slice(0, MAX_LISTED), ({ file }) => file);
  const parts = ['## Findings'];
  for (const [file, ones] of files) {
    const lines = ones.map(
      ({ line, column, severity, rule, message, fix }) =>
        `- ${line}:${column} **${severity}** \`${rule}\` ${text(message)}${fix === undefined ? '' : ' (fixable)'}`,
    );
    parts.push(`### ${code(file)}`, lines.join('\n'));
  }
  const left = findings.length - MAX_LISTED;
  if (left > 0) parts.push(`${left} more findings are in the JSON report.`);
  return parts;
}

function recommendations({ recommendations }: Report): string[] {
  if (recommendations.length === 0) return [];
  const parts = ['## Recommendations'];
  for (const { file, title, why, confidence, patch } of recommendations.slice(0, MAX_PATCHES)) {
    const fence = '`'.repeat(Math.max(3, ...[...patch.matchAll(/`{3,}/g)].map(([run]) => run.length + 1)));
    parts.push(
      `### ${text(title)} in ${code(file)}`,
      `${text(why)} Confidence ${confidence.toFixed(2)}.`,
      `${fence}diff\n${patch.trimEnd()}\n${fence}`,
    );
  }
  const left = recommendations.length - MAX_PATCHES;
  if (left > 0) parts.push(`${left} more recommendations are in the JSON report.`);
  return parts;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What documents say must stay text in the report, whatever it looks like. */
function text(message: string): string {
  return message.replaceAll(/[<>*_[\]\\]/g, '\\$&').replaceAll('\n', ' ');
}

function cell(message: string): string {
  return text(message).replaceAll('|', '\\|');
}

function code(name: string): string {
  const fence = name.includes('`') ? '``' : '`';
  return `${fence}${name}${fence}`;
}
