import type { Severity, SeverityCounts } from '@greenlight/protocol/review';
import { CircleX, Info, TriangleAlert, type LucideIcon } from 'lucide-react';
import { classes } from './classes.ts';
import { formatCount, plural } from './format.ts';

const LOOKS = {
  error: { icon: CircleX, colour: 'text-bad', one: 'error', many: 'errors' },
  warning: { icon: TriangleAlert, colour: 'text-warn', one: 'warning', many: 'warnings' },
  info: { icon: Info, colour: 'text-info', one: 'note', many: 'notes' },
} as const satisfies Record<Severity, { icon: LucideIcon; colour: string; one: string; many: string }>;

export function SeverityMark({ severity }: { severity: Severity }) {
  const { icon: Icon, colour, one } = LOOKS[severity];
  return (
    <span className={classes('inline-flex shrink-0', colour)}>
      <Icon className="size-3.5" aria-hidden />
      <span className="sr-only">{one}</span>
    </span>
  );
}

/** A run's counts carry the severities among others. */
export const severityCounts = (counts: Readonly<Record<string, number>>): SeverityCounts => ({
  error: counts['error'] ?? 0,
  warning: counts['warning'] ?? 0,
  info: counts['info'] ?? 0,
});

/** `none` is said when there is nothing to count. */
export function SeverityTally({ counts, none = 'none' }: { counts: SeverityCounts; none?: string }) {
  const present = (['error', 'warning', 'info'] as const).filter((severity) => counts[severity] > 0);
  if (present.length === 0) return <span className="text-faint">{none}</span>;
  return (
    <span className="flex items-center gap-2.5">
      {present.map((severity) => {
        const { icon: Icon, colour, one, many } = LOOKS[severity];
        return (
          <span
            key={severity}
            className="inline-flex items-center gap-1"
            title={plural(counts[severity], one, many)}
          >
            <Icon className={classes('size-3.5', colour)} aria-hidden />
            {formatCount(counts[severity])}
            <span className="sr-only">{counts[severity] === 1 ? one : many}</span>
          </span>
        );
      })}
    </span>
  );
}
