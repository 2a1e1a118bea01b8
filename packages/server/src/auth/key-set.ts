/**
 * The keys that an issuer publishes (RFC 7517 section 5): fetched when needed, kept, and fetched again when a token
 * names one that is not there. That the provider cannot be reached is never taken for a bad token.
 */
import type { Failure } from '@greenlight/handshake/verdict';
import {
  createLocalJWKSet,
  type CryptoKey,
  errors,
  type JSONWebKeySet,
  type JWSHeaderParameters,
} from 'jose';

export type FoundKey =
  | { readonly ok: true; readonly key: CryptoKey }
  | { readonly ok: false; readonly failure: Failure };

export interface KeySet {
  keyOf(header: JWSHeaderParameters): Promise<FoundKey>;
}

export type KeySetOptions = {
  readonly url: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
};

/** RFC 7518 section 3.3. */
const MIN_RSA_BITS = 2_048;
/** Fetched again after so long, ms. */
const FRESH_MS = 10 * 60_000;
/** While the provider is away its last keys count for so long, ms. */
const STALE_MS = 60 * 60_000;
const TIMEOUT_MS = 5_000;
/** After a failure the provider is left alone for so long, ms. */
const PAUSE_MS = 2_000;
/** Anybody can name a key that does not exist: so many fetches because of that, in so long, ms. */
const UNKNOWN_KEY_FETCHES = 5;
const UNKNOWN_KEY_WINDOW_MS = 60_000;

type Keys = { readonly select: ReturnType<typeof createLocalJWKSet>; readonly fetchedAt: number };

export function createKeySet({ url, clock }: KeySetOptions): KeySet {
  let keys: Keys | null = null;
  let failed: { readonly at: number; readonly why: string } | null = null;
  let fetching: Promise<Keys | null> | null = null;
  let unknownKeyFetches: readonly number[] = [];

  /** Null when it failed; those who ask at the same time wait for one fetch. */
  function fetchKeys(): Promise<Keys | null> {
    if (failed && clock() - failed.at < PAUSE_MS) return Promise.resolve(null);
    fetching ??= load().finally(() => {
      fetching = null;
    });
    return fetching;
  }

  async function load(): Promise<Keys | null> {
    try {
      const response = await fetch(url, {
        headers: { accept: 'application/jwk-set+json, application/json' },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`it answered ${response.status}`);
      const select = createLocalJWKSet((await response.json()) as JSONWebKeySet);
      failed = null;
      keys = { select, fetchedAt: clock() };
      return keys;
    } catch (error) {
      failed = { at: clock(), why: reasonOf(error) };
      return null;
    }
  }

  const usableKeys = (): Keys | null => (keys && clock() - keys.fetchedAt < STALE_MS ? keys : null);

  function mayFetchForUnknownKey(): boolean {
    if (fetching) return true;
    const now = clock();
    unknownKeyFetches = unknownKeyFetches.filter((at) => now - at < UNKNOWN_KEY_WINDOW_MS);
    if (unknownKeyFetches.length >= UNKNOWN_KEY_FETCHES) return false;
    unknownKeyFetches = [...unknownKeyFetches, now];
    return true;
  }

  const unreachable = (): FoundKey => ({
    ok: false,
    failure: {
      code: 'identity_provider_unreachable',
      retryAfterMs: PAUSE_MS,
      operator: { jwksHost: new URL(url).host, reason: failed?.why ?? 'unknown' },
    },
  });

  return {
    async keyOf(header) {
      const isFresh = keys !== null && clock() - keys.fetchedAt < FRESH_MS;
      const justFetched = isFresh ? null : await fetchKeys();
      const known = justFetched ?? usableKeys();
      if (!known) return unreachable();
      const found = await select(known, header);
      if (found) return { ok: true, key: found };
      // Rotated since? What was fetched a moment ago would come again.
      const newest = justFetched ?? (mayFetchForUnknownKey() ? await fetchKeys() : known);
      if (!newest) return unreachable();
      const key = newest === known ? null : await select(newest, header);
      return key ? { ok: true, key } : unknownKey(header, clock() - newest.fetchedAt);
    },
  };
}

async function select({ select: find }: Keys, header: JWSHeaderParameters): Promise<CryptoKey | null> {
  try {
    const key = await find(header, { payload: '', signature: '' });
    const { modulusLength = MIN_RSA_BITS } = key.algorithm as { modulusLength?: number };
    return modulusLength < MIN_RSA_BITS ? null : key;
  } catch (error) {
    // Without a `kid` several may fit: then the token does not say which.
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
      return null;
    throw error;
  }
}

function unknownKey({ kid }: JWSHeaderParameters, ageMs: number): FoundKey {
  const named =
    kid === undefined
      ? 'The token names no key ("kid"), and'
      : 'The key ("kid") of the token is not published:';
  return {
    ok: false,
    failure: {
      code: 'token_key_unknown',
      detail: `${named} none of the issuer's keys fits it.`,
      operator: { keysFetchedSecondsAgo: Math.round(ageMs / 1_000) },
    },
  };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
}
