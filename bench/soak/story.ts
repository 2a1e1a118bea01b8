/** What went wrong in one schedule, and what its application saw around it. */
import type { Sight } from '@greenlight/testkit/history/check-history';
import type { Finding, Result } from './run-plan.ts';

const shown = (sight: Sight): string =>
  sight.saw === 'event'
    ? `  ${sight.epoch}:${sight.offset} ${sight.id}`
    : `  ${JSON.stringify(sight.outcome)}`;

/** `around`: how many sights before and after each finding; all of them if it is left out. */
export function story({ plan, findings, troubles, seen }: Result, around = Infinity): string {
  const about = (finding: Finding): string => {
    const sights = seen[finding.reader]?.sights.get(finding.channel) ?? [];
    const from = Math.max(0, finding.at - around);
    const lines = sights.slice(from, finding.at + around + 1).map(shown);
    lines.splice(Math.min(finding.at, Infinity) - from, 0, `> ${finding.kind}: ${finding.detail}`);
    return [`${finding.who}, reader ${finding.reader}, ${finding.channel}`, ...lines].join('\n');
  };
  // One of each kind, reader and channel tells enough.
  const told = new Map(
    findings
      .map((finding) => [`${finding.kind} ${finding.reader} ${finding.channel}`, finding])
      .toReversed() as [string, Finding][],
  );
  return [
    `seed ${plan.seed}: ${findings.length} violations, ${troubles.length} troubles`,
    ...troubles.slice(0, around),
    ...[...told.values()].toReversed().map(about),
    ...(around === Infinity ? [JSON.stringify(plan, null, 2)] : []),
  ].join('\n');
}
