/** What many results come to, and the table that shows it. */
import type { ViolationKind } from '@greenlight/testkit/history/check-history';
import type { FollowerKind } from './followers/follower.ts';
import type { Result } from './run-plan.ts';

const VIOLATIONS: readonly ViolationKind[] = [
  'lost',
  'repeated',
  'reordered',
  'unannounced_gap',
  'false_reset',
  'foreign',
  'not_at_head',
  'log_lost',
];

type Row = {
  readers: number;
  events: number;
  continued: number;
  replayed: number;
  resets: number;
  violations: number;
};

export type Totals = {
  schedules: number;
  /** Acknowledged ones. */
  events: number;
  /** Events that applications saw. */
  seen: number;
  faults: number;
  connections: number;
  kills: number;
  /** SIGTERM. */
  drains: number;
  /** Answers to a publication that was tried again after it had been taken. */
  duplicates: number;
  violations: Record<ViolationKind, number>;
  troubles: number;
  /** By the transport with which a reader began. */
  readers: Partial<Record<FollowerKind, Row>>;
  failedSeeds: number[];
};

export const noTotals = (): Totals => ({
  schedules: 0,
  events: 0,
  seen: 0,
  faults: 0,
  connections: 0,
  kills: 0,
  drains: 0,
  duplicates: 0,
  violations: Object.fromEntries(VIOLATIONS.map((kind) => [kind, 0])) as Record<ViolationKind, number>,
  troubles: 0,
  readers: {},
  failedSeeds: [],
});

export const isFailed = ({ findings, troubles }: Result): boolean => findings.length + troubles.length > 0;

export function add(totals: Totals, result: Result): void {
  const { plan, findings, troubles } = result;
  totals.schedules += 1;
  totals.events += result.acknowledged;
  totals.faults += faultsOf(result);
  totals.connections += result.connections;
  totals.kills += plan.restarts.filter(({ how }) => how === 'kill').length;
  totals.drains += plan.restarts.filter(({ how }) => how === 'term').length;
  totals.duplicates += result.duplicates;
  totals.troubles += troubles.length;
  for (const { kind } of findings) totals.violations[kind] += 1;
  if (isFailed(result)) totals.failedSeeds.push(plan.seed);
  for (const [at, { kind, sights }] of result.seen.entries()) {
    const row = (totals.readers[kind] ??= {
      readers: 0,
      events: 0,
      continued: 0,
      replayed: 0,
      resets: 0,
      violations: 0,
    });
    row.readers += 1;
    row.violations += findings.filter(({ reader }) => reader === at).length;
    for (const sight of [...sights.values()].flat()) {
      if (sight.saw === 'event') {
        row.events += 1;
        totals.seen += 1;
      } else if (sight.outcome.outcome === 'continued') row.continued += 1;
      else if (sight.outcome.outcome === 'replayed') row.replayed += 1;
      else if (sight.outcome.outcome === 'reset') row.resets += 1;
    }
  }
}

function faultsOf({ plan }: Result): number {
  const lines = [...plan.publishers, ...plan.readers];
  return lines.flatMap(({ faults }) => faults).filter(({ act }) => act !== 'heal').length;
}

const number = (value: number): string => value.toLocaleString('en');

/** For people, in lines of at most 100 columns. */
export function table(totals: Totals): string {
  const rows = Object.entries(totals.readers).map(([kind, row]) =>
    [kind, row.readers, row.events, row.continued, row.replayed, row.resets, row.violations].map((cell) =>
      typeof cell === 'number' ? number(cell) : cell,
    ),
  );
  const all = [
    ['readers by transport', 'readers', 'events seen', 'continued', 'replayed', 'reset', 'violations'],
    ...rows,
  ];
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
  return [
    `schedules ${number(totals.schedules)} · events acknowledged ${number(totals.events)} · seen ${number(totals.seen)}`,
    `faults ${number(totals.faults)} · connections ${number(totals.connections)} · kill -9 ${number(totals.kills)} · SIGTERM ${number(totals.drains)} · publications answered twice ${number(totals.duplicates)}`,
    '',
    ...lines,
    '',
    VIOLATIONS.map((kind) => `${kind} ${number(totals.violations[kind])}`).join(' · '),
    `troubles ${number(totals.troubles)}${totals.failedSeeds.length > 0 ? ` · failed seeds ${totals.failedSeeds.join(' ')}` : ''}`,
  ].join('\n');
}
