/** The filter of the Handshakes page, as the address bar carries it. Pure. */
import { ATTEMPT_OUTCOMES, type AttemptOutcome, type AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { type Transport, TRANSPORTS } from '@greenlight/protocol/transport';

export type AttemptFilter = {
  readonly outcome: AttemptOutcome | null;
  readonly transport: Transport | null;
  readonly code: string | null;
  /** The id, or how it begins. */
  readonly attempt: string;
  /** Refusals grouped by code instead of one by one. */
  readonly grouped: boolean;
};

export const EVERY_ATTEMPT: AttemptFilter = {
  outcome: null,
  transport: null,
  code: null,
  attempt: '',
  grouped: false,
};

export function filterFrom(search: URLSearchParams): AttemptFilter {
  const outcome = search.get('outcome');
  const transport = search.get('transport');
  return {
    outcome: ATTEMPT_OUTCOMES.find((known) => known === outcome) ?? null,
    transport: TRANSPORTS.find((known) => known === transport) ?? null,
    code: search.get('code'),
    attempt: search.get('attempt') ?? '',
    grouped: search.get('view') === 'codes',
  };
}

export function searchFrom({ outcome, transport, code, attempt, grouped }: AttemptFilter): URLSearchParams {
  const search = new URLSearchParams();
  if (outcome !== null) search.set('outcome', outcome);
  if (transport !== null) search.set('transport', transport);
  if (code !== null) search.set('code', code);
  if (attempt !== '') search.set('attempt', attempt);
  if (grouped) search.set('view', 'codes');
  return search;
}

export function filterAttempts(
  attempts: readonly AttemptTrace[],
  { outcome, transport, code, attempt }: AttemptFilter,
): readonly AttemptTrace[] {
  return attempts.filter(
    (one) =>
      (outcome === null || one.outcome === outcome) &&
      (transport === null || one.transport === transport) &&
      (code === null || one.code === code) &&
      one.attempt.startsWith(attempt),
  );
}

export type RefusalGroup = {
  readonly code: string;
  readonly count: number;
  /** The newest of them, which speaks for the others. */
  readonly newest: AttemptTrace;
};

/** Refusals by code, most frequent first. `attempts` are newest first. */
export function groupRefusals(attempts: readonly AttemptTrace[]): readonly RefusalGroup[] {
  const groups = new Map<string, RefusalGroup>();
  for (const attempt of attempts) {
    if (attempt.code === null) continue;
    const group = groups.get(attempt.code);
    groups.set(attempt.code, {
      code: attempt.code,
      count: (group?.count ?? 0) + 1,
      newest: group?.newest ?? attempt,
    });
  }
  return [...groups.values()].toSorted((one, other) => other.count - one.count);
}
