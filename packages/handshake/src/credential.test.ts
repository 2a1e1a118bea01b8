import { describe, expect, it } from 'vitest';
import { checkShape, checkUrl, hideCredentials } from './credential-shape.ts';
import { presentCredential } from './present-credential.ts';
import { testRequest } from './testing/request.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';
const KEY = 'gl_abc123def456_0123456789_-0123456789';
const entryOf = (token: string): string =>
  `base64url.bearer.greenlight.${Buffer.from(token).toString('base64url')}`;

const present = (headers: Record<string, string | null>, target = '/ws?ticket=once') =>
  presentCredential(testRequest({ target, headers }), 'greenlight_8585');

const shapeOf = (secret: string) => checkShape({ kind: 'bearer', secret, place: 'header' })?.code ?? 'good';

const codeAt = (target: string) => checkUrl(testRequest({ target }))?.code ?? 'none';

describe('where a credential is looked for', () => {
  const everywhere = {
    authorization: `Bearer ${KEY}`,
    'sec-websocket-protocol': `greenlight.v1, ${entryOf(JWT)}`,
    cookie: 'a=b; greenlight_8585=session; c=d',
  };
  it('[C1] in the agreed order', () => {
    expect(present(everywhere)).toEqual({ kind: 'bearer', secret: KEY, place: 'header' });
    expect(present({ ...everywhere, authorization: null })).toEqual({
      kind: 'bearer',
      secret: JWT,
      place: 'subprotocol',
    });
    expect(present({ cookie: everywhere.cookie })).toEqual({ kind: 'session', secret: 'session' });
    expect(present({})).toEqual({ kind: 'ticket', secret: 'once', place: 'query' });
    expect(present({}, '/ws')).toEqual({ kind: 'none' });
  });

  it('[C1] under the cookie of this port only', () => {
    expect(present({ cookie: 'greenlight_8586=other; xgreenlight_8585=no' }, '/ws')).toEqual({
      kind: 'none',
    });
  });

  it('[C3] and tells one that is broken from none at all', () => {
    expect(present({ authorization: 'bearer' }, '/ws')).toMatchObject({ kind: 'bearer', secret: '' });
    const broken = 'greenlight.v1, base64url.bearer.greenlight.==';
    expect(present({ 'sec-websocket-protocol': broken }, '/ws')).toMatchObject({
      kind: 'bearer',
      secret: '',
    });
    expect(present({ authorization: 'Basic YTpi' }, '/ws')).toEqual({ kind: 'none' });
  });
});

describe('the shape of a credential', () => {
  it.each([
    [KEY, 'good'],
    [JWT, 'good'],
    ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.', 'good'],
    ['', 'credential_malformed'],
    ['gl_abc', 'credential_malformed'],
    ['undefined', 'credential_malformed'],
    ['Bearer gl_a_b', 'credential_malformed'],
    ['a.b.c', 'credential_malformed'],
    ['svc-$(date +%s)', 'credential_malformed'],
  ])('[C3] of %j is %s', (secret, code) => {
    expect(shapeOf(secret)).toBe(code);
  });
});

describe('credentials in a URL', () => {
  it.each(
    [
      [
        'token',
        'access_token',
        'jwt',
        'api_key',
        'apikey',
        'API-KEY',
        'key',
        'authorization',
        'auth',
        'bearer',
      ],
      ['secret', 'password', 'session', 'sid', 'id_token', 'client_secret'],
    ].flat(),
  )('[C2] ?%s= is one', (name) => {
    expect(codeAt(`/ws?${name}=x`)).toBe('credential_in_url');
  });

  it('[C2] a value or a path of that shape is one, whatever it is called', () => {
    expect(codeAt(`/ws?ticket=${KEY}`)).toBe('credential_in_url');
    expect(codeAt(`/ws?anything=${JWT}`)).toBe('credential_in_url');
    expect(codeAt(`/ws/${KEY}`)).toBe('credential_in_url');
  });

  it.each(['/ws?ticket=once', '/ws?since=a:1&channels=token,key&attempt=x', '/ws/tokens:wf_1'])(
    '[C2] %s has none',
    (target) => {
      expect(codeAt(target)).toBe('none');
    },
  );

  it('[H16] the refusal does not repeat it', () => {
    const failures = [`/ws?${KEY}`, `/ws?token=${KEY}`, `/ws?x=${JWT}`].map((target) =>
      JSON.stringify(checkUrl(testRequest({ target }))),
    );
    for (const failure of failures) expect(failure).not.toMatch(/0123456789|c2lnbmF0dXJl/);
  });

  it('[H16] hiding one leaves the reason around it', () => {
    expect(hideCredentials(`No JWT token provided, got ${KEY} and ${JWT}!`)).toBe(
      'No JWT token provided, got [credential] and [credential]!',
    );
  });
});
