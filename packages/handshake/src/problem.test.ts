import { readdirSync, readFileSync } from 'node:fs';
import {
  CLOSE_CODES,
  DISCONNECT_CODES,
  REFUSAL_CODES,
  REQUEST_ERROR_CODES,
} from '@greenlight/protocol/codes';
import { describe, expect, it } from 'vitest';
import { closeCodeOf, closeReasonOf, refusalProblem, refusalPush } from './problem.ts';
import { problemInfo, REFUSALS, REQUEST_ERRORS } from './refusals.ts';
import type { Failure } from './verdict.ts';

const PAGES = new URL('../../../docs/codes/', import.meta.url);
const codes = [...REFUSAL_CODES, ...REQUEST_ERROR_CODES];
const context = { attempt: 'AAAAAAAAAAAAAAAAAAAAAA', publicUrl: 'https://live.example.com' };

function problem(failure: Failure, explain: 'full' | 'public') {
  const verdict = { outcome: 'refused', stage: 'credential', failure, checked: [] } as const;
  return refusalProblem(verdict, { ...context, explain });
}

describe('the refusal table', () => {
  it.each(codes)('[H2] %s has a sentence, a fix and a fitting status', (code) => {
    const { status, title, detail, fix, retryable } = problemInfo(code);
    expect(title).toMatch(/^[A-Z].*[^.]$/);
    expect(detail).toMatch(/^[A-Z].*\.$/);
    expect(fix).toMatch(/^[A-Z].*\.$/);
    expect(status).toBeGreaterThanOrEqual(400);
    if (status === 429 || status === 503) expect(retryable).toBe(true);
  });

  it('gives each code the status of the contract', () => {
    const statuses = Object.fromEntries(
      Object.entries({ ...REFUSALS, ...REQUEST_ERRORS }).map(([code, { status }]) => [code, status]),
    );
    expect(statuses).toMatchObject({
      malformed_request: 400,
      method_not_allowed: 405,
      upgrade_required: 426,
      unsupported_websocket_version: 426,
      header_too_large: 431,
      host_not_allowed: 421,
      route_not_found: 404,
      channel_not_found: 404,
      origin_not_allowed: 403,
      subprotocol_not_supported: 400,
      credential_in_url: 400,
      session_expired: 401,
      ticket_already_used: 401,
      account_disabled: 403,
      password_change_required: 403,
      channel_forbidden: 403,
      rate_limited: 429,
      too_many_connections: 429,
      draining: 503,
      identity_provider_unreachable: 503,
      internal_error: 500,
      attempt_not_seen: 404,
      state_conflict: 409,
      credential_invalid: 401,
    });
  });
});

describe('a problem', () => {
  it('[H3] names its docs page and its attempt', () => {
    expect(problem({ code: 'origin_not_allowed', detail: 'No.' }, 'full')).toEqual({
      type: 'https://live.example.com/docs/codes/origin_not_allowed',
      title: 'Origin not allowed',
      status: 403,
      code: 'origin_not_allowed',
      detail: 'No.',
      fix: REFUSALS.origin_not_allowed.fix,
      attempt: context.attempt,
      retryable: false,
      checked: [],
    });
  });

  it.each(REFUSAL_CODES)('[H14] of %s says nothing specific in the public tier', (code) => {
    const shown = problem({ code, detail: 'Specific.' }, 'public');
    const folded = /^(token_|api_key_|ticket_unknown)/.test(code);
    expect(shown.code).toBe(folded ? 'credential_invalid' : code);
    expect(JSON.stringify(shown)).not.toContain('Specific.');
  });

  it('[H4] knows how long to wait even when the check did not say', () => {
    expect(problem({ code: 'draining' }, 'full').retryAfterMs).toBe(2_000);
    expect(problem({ code: 'rate_limited', retryAfterMs: 77 }, 'public').retryAfterMs).toBe(77);
  });

  it('[H12] becomes a push whose docs page is called docs', () => {
    const shown = problem({ code: 'ticket_expired' }, 'full');
    expect(refusalPush(shown)).toMatchObject({ type: 'refusal', docs: shown.type, code: 'ticket_expired' });
  });
});

describe('the close code', () => {
  it.each([
    [400, 4400],
    [401, 4401],
    [403, 4403],
    [404, 4404],
    [429, 4429],
    [421, 4500],
    [500, 4500],
    [503, 4500],
  ])('[H13] of status %i is %i', (status, closeCode) => {
    expect(closeCodeOf(status)).toBe(closeCode);
    expect(Object.values(CLOSE_CODES)).toContain(closeCode);
  });

  it.each(codes)('[H13] has a reason that fits into a close frame: %s', (code) => {
    const reason = closeReasonOf({ code, attempt: context.attempt });
    expect(reason).toBe(`${code} ${context.attempt}`);
    expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
  });
});

describe('the docs pages', () => {
  const pages = readdirSync(PAGES).filter((name) => name.endsWith('.md'));

  it('are one for each refusal, request error and disconnect, and none for anything else', () => {
    const expected = new Set([...codes, ...DISCONNECT_CODES].map((code) => `${code}.md`));
    expect(new Set(pages)).toEqual(expected);
  });

  it.each(codes)('%s: says what it means, why, how to be sure and how to fix it', (code) => {
    const text = readFileSync(new URL(`${code}.md`, PAGES), 'utf8');
    expect(text).toMatch(new RegExp(`^---\ntitle: .*${code}`));
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(['What it means', 'Why it happens', 'How to be sure', 'How to fix it']);
    expect(text).toContain(`HTTP ${problemInfo(code).status}`);
  });
});
