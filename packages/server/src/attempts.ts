/** What became of recent attempts: kept in memory, bounded in number and in time. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import type { CheckedStage, RefusedCode } from '@greenlight/protocol/codes';
import { simulatedMark } from '@greenlight/protocol/event';
import {
  isAttemptId,
  isProbeAttempt,
  PROBE_ATTEMPT_PREFIX,
  type Problem,
} from '@greenlight/protocol/problem';
import type { Transport } from '@greenlight/protocol/transport';
import type { Limits } from './limits.ts';
import { randomId } from './random-id.ts';

/** What anybody who holds the attempt's id may see. */
export type PublicVerdict = { readonly at: string; readonly simulated?: true } & (
  | {
      readonly outcome: 'accepted';
      readonly attempt: string;
      readonly checked: readonly CheckedStage[];
    }
  /** Let in, and what it asked for could not be done: the problem that was answered. */
  | ({ readonly outcome: 'accepted' } & Problem)
  | ({ readonly outcome: 'refused' } & Problem)
);

export type AttemptFilter = {
  /** This one only. */
  readonly attempt?: string;
  readonly outcome?: 'accepted' | 'refused';
  readonly code?: RefusedCode;
  readonly transport?: Transport;
  /** Default 100, at most 1,000. */
  readonly limit?: number;
};

export type FailedAttempt = {
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly problem: Problem;
  readonly simulated?: true;
};

export interface Attempts {
  /** The id for a new attempt: the client's own if it is well formed and not in use, else a fresh one. */
  claim(wanted: string | null): string;
  /** An id of the self-probe: until it is claimed, the only one of its kind that counts. */
  reserve(): string;
  /** Keeps what became of it. `problem` is what the caller was told; null for an accepted one. */
  record(trace: AttemptTrace, problem: Problem | null): void;
  /** Keeps what a request that was let in was told instead of an answer. */
  recordFailed(failed: FailedAttempt): void;
  /** Forgets a claim of which nothing is to be kept. */
  release(attempt: string): void;
  /** Null if this node has not seen it, or not lately. */
  publicVerdict(attempt: string): PublicVerdict | null;
  /** Newest first. */
  list(filter?: AttemptFilter): readonly AttemptTrace[];
}

export type AttemptsOptions = {
  readonly limits: Pick<Limits, 'attemptsKept' | 'failuresKept' | 'attemptMinutes'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

type Kept = { readonly trace: AttemptTrace; readonly problem: Problem | null };

export function createAttempts({ limits, clock }: AttemptsOptions): Attempts {
  const forMs = limits.attemptMinutes * 60_000;
  const kept = createRecent<Kept>({ most: limits.attemptsKept, forMs, clock });
  /** By themselves: whoever asks for nonsense again and again displaces no refusal. */
  const failed = createRecent<FailedAttempt>({ most: limits.failuresKept, forMs, clock });
  const claimed = new Set<string>();
  /** With the time of each. */
  const reserved = new Map<string, number>();

  const isFree = (wanted: string): boolean =>
    !claimed.has(wanted) &&
    kept.get(wanted) === null &&
    failed.get(wanted) === null &&
    (!isProbeAttempt(wanted) || reserved.has(wanted));

  return {
    claim(wanted) {
      const attempt = isAttemptId(wanted) && isFree(wanted) ? wanted : randomId(16);
      reserved.delete(attempt);
      claimed.add(attempt);
      return attempt;
    },
    reserve() {
      const now = clock();
      for (const [attempt, at] of reserved) if (at <= now - forMs) reserved.delete(attempt);
      const attempt = PROBE_ATTEMPT_PREFIX + randomId(8);
      reserved.set(attempt, now);
      return attempt;
    },
    record(trace, problem) {
      claimed.delete(trace.attempt);
      kept.put(trace.attempt, { trace, problem });
    },
    recordFailed: (failure) => failed.put(failure.problem.attempt, failure),
    release: (attempt) => void claimed.delete(attempt),
    publicVerdict(attempt) {
      const failure = failed.get(attempt);
      if (failure) {
        const { problem, ...facts } = failure;
        return { outcome: 'accepted', ...facts, ...problem };
      }
      const found = kept.get(attempt);
      if (!found) return null;
      const { at, checked } = found.trace;
      const facts = { at, ...simulatedMark(found.trace) };
      return found.problem
        ? { outcome: 'refused', ...facts, ...found.problem }
        : { outcome: 'accepted', attempt, ...facts, checked };
    },
    list({ attempt, outcome, code, transport, limit = 100 } = {}) {
      const matches: AttemptTrace[] = [];
      const one = attempt === undefined ? null : kept.get(attempt);
      const candidates = attempt === undefined ? kept.newestFirst() : one ? [one] : [];
      for (const { trace } of candidates) {
        if (matches.length >= Math.min(limit, 1_000)) break;
        if (outcome !== undefined && trace.outcome !== outcome) continue;
        if (code !== undefined && trace.code !== code) continue;
        if (transport === undefined || trace.transport === transport) matches.push(trace);
      }
      return matches;
    },
  };
}

type Recent<Value> = {
  put(id: string, value: Value): void;
  get(id: string): Value | null;
  newestFirst(): readonly Value[];
};

type Entry<Value> = { readonly value: Value; readonly since: number };

/** Bounded in number and in time: the oldest go first. */
function createRecent<Value>({
  most,
  forMs,
  clock,
}: {
  readonly most: number;
  readonly forMs: number;
  readonly clock: () => number;
}): Recent<Value> {
  /** Oldest first. */
  const kept = new Map<string, Entry<Value>>();
  /** Goes on where it stopped: a map passes over all that it has forgotten at its beginning each time that it is begun anew. */
  let walk = kept.entries();
  let reached: [string, Entry<Value>] | null = null;

  function oldest(): [string, Entry<Value>] | null {
    while (kept.size > 0) {
      if (reached && kept.get(reached[0]) === reached[1]) return reached;
      const next = walk.next();
      if (next.done) walk = kept.entries();
      reached = next.done ? null : next.value;
    }
    return null;
  }

  function forgetOld(): void {
    const before = clock() - forMs;
    for (let first = oldest(); first; first = oldest()) {
      const [id, { since }] = first;
      if (since > before && kept.size <= most) return;
      kept.delete(id);
    }
  }

  return {
    put(id, value) {
      kept.delete(id);
      kept.set(id, { value, since: clock() });
      forgetOld();
    },
    get(id) {
      forgetOld();
      return kept.get(id)?.value ?? null;
    },
    newestFirst() {
      forgetOld();
      return Array.from(kept.values(), ({ value }) => value).toReversed();
    },
  };
}
