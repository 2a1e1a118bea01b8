/** Counts over findings, and whether they let a document pass. */
import type { Finding, Severity, SeverityCounts } from '@greenlight/protocol/review';
import type { Summary } from './api.ts';
import type { Profile } from './input.ts';

export function countSeverities(findings: readonly Finding[]): SeverityCounts {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

/** A document fails on an error; with `strict`, which has raised what it does not tolerate, on a warning, too. */
export function verdictOf(counts: SeverityCounts, profile: Profile): 'pass' | 'fail' {
  return counts.error > 0 || (profile === 'strict' && counts.warning > 0) ? 'fail' : 'pass';
}

export function newSummary(): Summary {
  return { files: 0, failed: 0, counts: { error: 0, warning: 0, info: 0 }, rules: {}, recommendations: 0 };
}

/** Adds one document with all its findings. */
export function addToSummary(summary: Summary, findings: readonly Finding[], profile: Profile): void {
  const counts = countSeverities(findings);
  summary.files++;
  if (verdictOf(counts, profile) === 'fail') summary.failed++;
  for (const severity of Object.keys(counts) as Severity[]) summary.counts[severity] += counts[severity];
  for (const { rule } of findings) summary.rules[rule] = (summary.rules[rule] ?? 0) + 1;
}
