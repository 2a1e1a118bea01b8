/** What became of recent attempts: kept in memory, bounded in number and in time. */
import { randomBytes } from 'node:crypto';
import type { CredentialKind } from '@greenlight/handshake/identity';
import type { Transport } from '@greenlight/handshake/request';
import type { CheckedStage, RefusalCode, Stage } from '@greenlight/protocol/codes';
import {
  isAttemptId,
  isProbeAttempt,
  PROBE_ATTEMPT_PREFIX,
  type Problem,
} from '@greenlight/protocol/problem';
import type { Limits } from './limits.ts';

/** Everything that an operator may see of one attempt. No credential is in it. */
export type AttemptTrace = {
  readonly attempt: string;
  readonly outcome: 'accepted' | 'refused';
  /** RFC 3339, UTC. */
  readonly at: string;
  readonly transport: Transport;
  readonly method: string;
  readonly httpVersion: string;
  /** Without the query. */
  readonly path: string;
  readonly address: string;
  readonly secure: boolean;
  /** As received; null when the header was absent. */
  readonly host: string | null;
  readonly origin: string | null;
  /** Names only, in the order received. */
  readonly headers: readonly string[];
  readonly checked: readonly CheckedStage[];
  readonly user: string | null;
  readonly credential: CredentialKind | null;
  /** Id of the key or session, never the secret. */
  readonly credentialId: string | null;
  readonly stage: Stage | null;
  readonly code: RefusalCode | null;
  readonly detail: string | null;
  /** What to do about `code`. */
  readonly fix: string | null;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
};

/** What anybody who holds the attempt's id may see. */
export type PublicVerdict =
  | {
      readonly outcome: 'accepted';
      readonly attempt: string;
      readonly at: string;
      readonly checked: readonly CheckedStage[];
    }
  | ({ readonly outcome: 'refused'; readonly at: string } & Problem);

export type AttemptFilter = {
  /** This one only. */
  readonly attempt?: string;
  readonly outcome?: 'accepted' | 'refused';
  readonly code?: RefusalCode;
  readonly transport?: Transport;
  /** Default 100, at most 1,000. */
  readonly limit?: number;
};

export interface Attempts {
  /** The id for a new attempt: the client's own if it is well formed and not in use, else a fresh one. */
  claim(wanted: string | null): string;
  /** An id of the self-probe: until it is claimed, the only one of its kind that counts. */
  reserve(): string;
  /** Keeps what became of it. `problem` is what the caller was told; null for an accepted one. */
  record(trace: AttemptTrace, problem: Problem | null): void;
  /** Forgets a claim of which nothing is to be kept. */
  release(attempt: string): void;
  /** Null if this node has not seen it, or not lately. */
  publicVerdict(attempt: string): PublicVerdict | null;
  /** Newest first. */
  list(filter?: AttemptFilter): readonly AttemptTrace[];
}

export type AttemptsOptions = {
  readonly limits: Pick<Limits, 'attemptsKept' | 'attemptMinutes'>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

type Kept = { readonly trace: AttemptTrace; readonly problem: Problem | null; readonly keptAt: number };

export function createAttempts({ limits, clock }: AttemptsOptions): Attempts {
  /** Oldest first. */
  const kept = new Map<string, Kept>();
  const claimed = new Set<string>();
  /** With the time of each. */
  const reserved = new Map<string, number>();

  function forgetOld(): void {
    const before = clock() - limits.attemptMinutes * 60_000;
    for (const [attempt, { keptAt }] of kept) {
      if (keptAt > before && kept.size <= limits.attemptsKept) return;
      kept.delete(attempt);
    }
  }

  const isFree = (wanted: string): boolean =>
    !claimed.has(wanted) && !kept.has(wanted) && (!isProbeAttempt(wanted) || reserved.has(wanted));

  return {
    claim(wanted) {
      const attempt = isAttemptId(wanted) && isFree(wanted) ? wanted : randomBytes(16).toString('base64url');
      reserved.delete(attempt);
      claimed.add(attempt);
      return attempt;
    },
    reserve() {
      const now = clock();
      for (const [attempt, at] of reserved)
        if (at <= now - limits.attemptMinutes * 60_000) reserved.delete(attempt);
      const attempt = PROBE_ATTEMPT_PREFIX + randomBytes(8).toString('base64url');
      reserved.set(attempt, now);
      return attempt;
    },
    record(trace, problem) {
      claimed.delete(trace.attempt);
      kept.delete(trace.attempt);
      kept.set(trace.attempt, { trace, problem, keptAt: clock() });
      forgetOld();
    },
    release: (attempt) => void claimed.delete(attempt),
    publicVerdict(attempt) {
      forgetOld();
      const found = kept.get(attempt);
      if (!found) return null;
      const { at, checked } = found.trace;
      return found.problem
        ? { outcome: 'refused', at, ...found.problem }
        : { outcome: 'accepted', attempt, at, checked };
    },
    list({ attempt, outcome, code, transport, limit = 100 } = {}) {
      forgetOld();
      const matches: AttemptTrace[] = [];
      const one = attempt === undefined ? undefined : kept.get(attempt);
      const candidates = attempt === undefined ? [...kept.values()].toReversed() : one ? [one] : [];
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
