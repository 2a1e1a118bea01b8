import { describe, expect, it } from 'vitest';
import { checkHost } from './check-host.ts';
import { checkOrigin, isAllowedOrigin, LOOPBACK_ORIGINS } from './check-origin.ts';
import { checkRequest } from './check-request.ts';
import { checkRoute } from './check-route.ts';
import { checkSubprotocol, offersGreenlight } from './check-subprotocol.ts';
import { type RequestChange, testRequest } from './testing/request.ts';
import type { Failure } from './verdict.ts';

const codeOf = (failure: Failure | null): string => failure?.code ?? 'passed';

const offering = (offer: string | null) => testRequest({ headers: { 'sec-websocket-protocol': offer } });

const isOfThisMachine = (origin: string): boolean => isAllowedOrigin(testRequest(), origin, LOOPBACK_ORIGINS);

describe('stage request', () => {
  it.each<[string, RequestChange, string]>([
    ['a correct handshake', {}, 'passed'],
    [
      'lists in Upgrade and Connection',
      { headers: { upgrade: 'h2c, WebSocket', connection: 'keep-alive,UPGRADE' } },
      'passed',
    ],
    ['POST', { method: 'POST' }, 'method_not_allowed'],
    ['no Upgrade', { headers: { upgrade: null } }, 'upgrade_required'],
    ['another Upgrade', { headers: { upgrade: 'h2c' } }, 'upgrade_required'],
    ['no Connection: upgrade', { headers: { connection: 'keep-alive' } }, 'upgrade_required'],
    ['HTTP/1.0', { httpVersion: '1.0' }, 'malformed_request'],
    ['version 12', { headers: { 'sec-websocket-version': '12' } }, 'unsupported_websocket_version'],
    ['two versions', { headers: { 'sec-websocket-version': '13, 8' } }, 'unsupported_websocket_version'],
    [
      'a key of 15 bytes',
      { headers: { 'sec-websocket-key': Buffer.alloc(15).toString('base64') } },
      'bad_websocket_key',
    ],
    [
      'a key of 17 bytes',
      { headers: { 'sec-websocket-key': Buffer.alloc(17).toString('base64') } },
      'bad_websocket_key',
    ],
    ['no Host', { headers: { host: null } }, 'malformed_request'],
    ['a Host with a path', { headers: { host: 'a/b' } }, 'malformed_request'],
    ['an asterisk target', { target: '*' }, 'malformed_request'],
  ])('[H5] %s: %j is %s', (_title, change, code) => {
    expect(codeOf(checkRequest(testRequest(change)))).toBe(code);
  });

  it('[H5] asks of a REST request only what HTTP asks', () => {
    const rest = { transport: 'rest', headers: { upgrade: null, connection: null } } as const;
    expect(checkRequest(testRequest(rest))).toBeNull();
    expect(checkRequest(testRequest({ ...rest, httpVersion: '1.0', headers: { host: null } }))).toBeNull();
  });

  it('[H6] tells a lost Connection header from a missing Upgrade', () => {
    const lost = checkRequest(testRequest({ headers: { connection: null } }));
    const missing = checkRequest(testRequest({ headers: { upgrade: null } }));
    expect(lost?.detail).toContain('proxy');
    expect(missing?.detail).not.toBe(lost?.detail);
  });
});

describe('stage host', () => {
  const rule = { publicUrl: 'https://live.example.com', allowedHosts: ['Other.example', '*.wild.example'] };

  it.each([
    ['live.example.com', true],
    ['LIVE.example.com:443', true],
    ['other.example:8585', true],
    ['a.wild.example', true],
    ['a.b.wild.example', true],
    ['wild.example', false],
    ['evilwild.example', false],
    ['localhost', true],
    ['127.0.0.1:8585', true],
    ['[::1]:8585', true],
    ['localhost.evil.example', false],
    ['192.168.0.9', false],
  ])('[H7] %s: %s', (host, allowed) => {
    const failure = checkHost(testRequest({ headers: { host } }), rule);
    expect(codeOf(failure)).toBe(allowed ? 'passed' : 'host_not_allowed');
  });

  it('[H7] takes every name when the list says so', () => {
    const request = testRequest({ headers: { host: 'anything.example' } });
    expect(checkHost(request, { ...rule, allowedHosts: ['*'] })).toBeNull();
  });
});

describe('stage route', () => {
  it('[H1] tells a missing path from a wrong method', () => {
    const get = testRequest({ transport: 'rest' });
    expect(codeOf(checkRoute(get, []))).toBe('route_not_found');
    expect(checkRoute(get, ['POST', 'DELETE'])).toMatchObject({
      code: 'method_not_allowed',
      operator: { allow: 'POST, DELETE' },
    });
    expect(checkRoute(testRequest({ method: 'HEAD' }), ['GET'])).toBeNull();
  });
});

describe('stage origin', () => {
  const allowedOrigins = ['https://app.example.com', 'http://localhost:*'];

  it.each([
    ['https://app.example.com', true],
    ['http://app.example.com', false],
    ['https://app.example.com:8443', false],
    ['https://app.example.com.evil.example', false],
    ['http://localhost:5173', true],
    ['http://localhost', true],
    ['http://localhost:5173.evil.example', false],
    ['http://localhost.evil.example:80', false],
    ['http://live.example.com', true],
    ['https://live.example.com', false],
    ['null', false],
    ['', false],
  ])('[H8] %j: %s', (origin, allowed) => {
    const failure = checkOrigin(testRequest({ headers: { origin } }), { allowedOrigins, cookie: false });
    expect(codeOf(failure)).toBe(allowed ? 'passed' : 'origin_not_allowed');
  });

  it('[H8] knows its own origin behind TLS and with a default port', () => {
    const request = testRequest({ secure: true, headers: { host: 'live.example.com:443' } });
    expect(isAllowedOrigin(request, 'https://live.example.com', [])).toBe(true);
    expect(isAllowedOrigin(request, 'http://live.example.com', [])).toBe(false);
  });

  it('[H8] lets an absent Origin pass, but not with the cookie of a browser', () => {
    expect(checkOrigin(testRequest(), { allowedOrigins, cookie: false })).toBeNull();
    expect(codeOf(checkOrigin(testRequest(), { allowedOrigins, cookie: true }))).toBe('origin_not_allowed');
  });

  it('[H8] has a list for the pages of one machine', () => {
    expect(['http://127.0.0.1:5173', 'http://[::1]:1', 'https://localhost'].every(isOfThisMachine)).toBe(
      true,
    );
    expect(isOfThisMachine('http://127.0.0.2:5173')).toBe(false);
  });
});

describe('stage subprotocol', () => {
  it.each([
    [null, 'passed'],
    ['greenlight.v1', 'passed'],
    ['other, greenlight.v1', 'passed'],
    ['greenlight.v2', 'subprotocol_not_supported'],
    ['base64url.bearer.greenlight.abc', 'subprotocol_not_supported'],
    ['a b', 'malformed_request'],
    ['', 'malformed_request'],
    ['a, a', 'malformed_request'],
  ])('[H9] %j is %s', (offer, code) => {
    expect(codeOf(checkSubprotocol(offering(offer)))).toBe(code);
  });

  it('[H9] never repeats an entry, which may be the credential', () => {
    const failure = checkSubprotocol(offering('base64url.bearer.greenlight.c2VjcmV0'));
    expect(JSON.stringify(failure)).not.toContain('c2VjcmV0');
  });

  it('[C1] knows whether a first frame can follow', () => {
    expect(offersGreenlight(offering('x, greenlight.v1'))).toBe(true);
    expect(offersGreenlight(offering(null))).toBe(false);
  });
});
