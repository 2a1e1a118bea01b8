/** What was sent against what arrived: the causes that nginx does not make by one line. */
import type { ProbeCallName } from '@greenlight/server/http/self-probe-report';
import { describe, expect, it } from 'vitest';
import { findCauses, findIdleCut, type Seen } from './find-causes.ts';
import type { Held } from './hold-open.ts';

const HTTPS = { url: 'https://a.example', host: 'a.example', origin: 'https://a.example' };
type Arrival = ReturnType<Seen['arrived']>;
const ARRIVED: NonNullable<Arrival> = {
  headers: ['host', 'authorization', 'cookie', 'origin', 'upgrade', 'connection'],
  host: 'a.example',
  httpVersion: '1.1',
  code: null,
  detail: null,
};

/** One call through the proxy. */
function causesOf(
  transport: 'rest' | 'websocket',
  { call, seen, arrival }: { call: ProbeCallName; seen: string; arrival: Arrival },
) {
  const calls = [{ call, expected: '', seen, ok: false, attempt: 'self-probe-AAAAAAAAAAA' }];
  const probed = {
    transport,
    place: 'public',
    url: HTTPS.url,
    expected: '',
    seen: '',
    ok: false,
    ms: 1,
    calls,
  } as const;
  return findCauses({
    place: HTTPS,
    transports: [probed],
    arrived: () => arrival,
  }).map(({ cause }) => cause);
}

describe('what was sent against what arrived', () => {
  it.each<[string, 'rest' | 'websocket', ProbeCallName, string, Arrival]>([
    ['answered_in_front', 'rest', 'none', '502 with no reason given', null],
    [
      'connection_dropped',
      'websocket',
      'good',
      '426 upgrade_required',
      { ...ARRIVED, code: 'upgrade_required' },
    ],
    [
      'origin_dropped',
      'rest',
      'foreign_origin',
      '401 credential_missing',
      { ...ARRIVED, headers: ['host'], code: 'credential_missing' },
    ],
    ['own_origin_refused', 'rest', 'cookie', '403 origin_not_allowed', ARRIVED],
    ['set_cookie_dropped', 'rest', 'set_cookie', '204 without a cookie', null],
    ['cookie_not_secure', 'rest', 'set_cookie', 'cookie for /', null],
    ['host_rewritten', 'rest', 'none', '401 credential_missing', { ...ARRIVED, host: '127.0.0.1:8585' }],
    ['host_rewritten', 'rest', 'none', '401 credential_missing', { ...ARRIVED, host: null }],
  ])('[R21] shows %s', (cause, transport, call, seen, arrival) => {
    expect(causesOf(transport, { call, seen, arrival })).toEqual([cause]);
  });

  it('[R21] shows nothing where all arrived', () => {
    const seen = '401 credential_malformed';
    expect(causesOf('rest', { call: 'garbage', seen, arrival: ARRIVED })).toEqual([]);
    expect(causesOf('rest', { call: 'set_cookie', seen: 'cookie for /, Secure', arrival: null })).toEqual([]);
  });
});

const held = (openMs: number | null): Held => ({
  call: 'idle',
  transport: 'sse',
  expected: 'open for 15 s',
  seen: '',
  ok: false,
  attempt: 'self-probe-AAAAAAAAAAA',
  openMs,
});

it('[R21] tells a connection that was cut from one that never opened', () => {
  const idle = { heartbeatMs: 10_000, waitSeconds: 25 };
  expect(findIdleCut([held(null)], idle)).toEqual([]);
  expect(findIdleCut([held(12_000), held(10_040)], idle)).toMatchObject([
    { cause: 'idle_cut', detail: expect.stringContaining('cuts idle reads after 10 s') },
  ]);
});
