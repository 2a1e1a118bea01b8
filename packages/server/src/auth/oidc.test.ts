/** Signing in with a real OpenID provider in a process of its own; a browser of few lines walks through both. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNode, type TestNode } from '../http/testing/start-node.ts';
import { type OidcSettings, OIDC_CALLBACK } from './oidc.ts';

const PROVIDER = fileURLToPath(new URL('./testing/provider.mjs', import.meta.url));
const CLIENT = { clientId: 'greenlight', clientSecret: 'a-secret-of-the-test-provider' } as const;
const PORT_OF_NOBODY = 'http://127.0.0.1:9';

let provider: ChildProcess;
let issuer: string;
let node: TestNode;
const settings = (more: Partial<OidcSettings> = {}): OidcSettings => ({
  issuer,
  ...CLIENT,
  roleClaim: 'groups',
  roles: { managers: 'admin', staff: 'viewer' },
  ...more,
});

beforeAll(async () => {
  provider = fork(PROVIDER, { execArgv: [], silent: true });
  [{ issuer }] = (await once(provider, 'message')) as [{ issuer: string }];
  node = await startNode({ identity: { oidc: settings() } });
  const ready = once(provider, 'message');
  provider.send({ redirectUri: `${node.url}${OIDC_CALLBACK}` });
  await ready;
});
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  const ended = once(provider, 'exit');
  provider.kill();
  await ended;
});

class Browser {
  readonly #cookies = new Map<string, string>();

  cookie(): string {
    return Array.from(this.#cookies, ([name, value]) => `${name}=${value}`).join('; ');
  }

  async go(url: string, { headers, ...init }: Omit<RequestInit, 'headers'> & { headers?: object } = {}) {
    const response = await fetch(url, {
      redirect: 'manual',
      ...init,
      headers: { cookie: this.cookie(), ...headers },
    });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';', 1);
      const at = pair.indexOf('=');
      if (/Max-Age=0|expires=Thu, 01 Jan 1970/i.test(line)) this.#cookies.delete(pair.slice(0, at));
      else this.#cookies.set(pair.slice(0, at), pair.slice(at + 1));
    }
    return response;
  }

  /** Follows redirects and fills in the provider's forms until it is back at the node's callback. */
  async signIn(user: string, from: string): Promise<string> {
    let response = await this.go(from);
    for (let stops = 0; stops < 12; stops += 1) {
      const location = response.headers.get('location');
      if (location !== null) {
        const next = new URL(location, issuer).href;
        if (next.startsWith(`${node.url}${OIDC_CALLBACK}`)) return next;
        response = await this.go(next);
        continue;
      }
      const page = await response.text();
      const action = /action="([^"]+)"/.exec(page)?.[1];
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1];
      if (action === undefined || prompt === undefined) throw new Error(`${response.status}: ${page}`);
      const body = new URLSearchParams({ prompt, login: user, password: 'any' });
      response = await this.go(new URL(action, issuer).href, { method: 'POST', body });
    }
    throw new Error('The sign-in does not end.');
  }
}

const start = (query = ''): string => `${node.url}/api/v1/auth/oidc/start${query}`;

describe('signing in with an identity provider', () => {
  it('[C26] ends on the wanted page with a session of the role that the provider names', async () => {
    const browser = new Browser();
    const callback = await browser.signIn('boss', start('?return=/dashboard/runs'));
    const done = await browser.go(callback);
    expect([done.status, done.headers.get('location')]).toEqual([302, '/dashboard/runs']);
    expect(done.headers.getSetCookie().join('\n')).toMatch(
      /greenlight_\d+=[\w-]{43}; .*HttpOnly; SameSite=Lax/,
    );
    const me = await node.call('GET', '/api/v1/auth/me', { headers: { cookie: browser.cookie() } });
    expect(me.body).toMatchObject({ user: 'boss', name: 'The boss', role: 'admin', credential: 'session' });
  });

  it('[C26] makes an account without a password, a viewer where the provider names no role', async () => {
    const browser = new Browser();
    await browser.go(await browser.signIn('clerk', start()));
    const headers = { cookie: browser.cookie() };
    expect((await node.call('GET', '/api/v1/auth/me', { headers })).body.role).toBe('viewer');
    const key = await node.key('admin');
    const { body } = await node.call('GET', '/api/v1/users', { key });
    expect(body.items).toContainEqual(expect.objectContaining({ user: 'clerk', issuer, role: 'viewer' }));
    const login = await node.call('POST', '/api/v1/auth/login', { body: { user: 'clerk', password: 'any' } });
    expect(login.body.code).toBe('credential_invalid');
    await node.call('PATCH', '/api/v1/users/clerk', { key, body: { disabled: true } });
    const again = new Browser();
    const refused = await again.go(await again.signIn('clerk', start()));
    expect(await refused.json()).toMatchObject({ code: 'account_disabled' });
  });

  it('[C26] never takes over an account that has a password here', async () => {
    const key = await node.key('admin');
    await node.call('POST', '/api/v1/users', { key, body: { user: 'carol', role: 'admin' } });
    const browser = new Browser();
    const refused = await browser.go(await browser.signIn('carol', start()));
    expect(await refused.json()).toMatchObject({
      status: 409,
      code: 'state_conflict',
      fix: expect.stringContaining('Sign in with the password of that account'),
    });
  });

  it('[C27] counts once, and only in the browser that began it', async () => {
    const browser = new Browser();
    const callback = await browser.signIn('boss', start());
    const other = await new Browser().go(callback);
    expect(await other.json()).toMatchObject({ status: 401, code: 'credential_invalid' });
    const cookie = browser.cookie();
    expect((await browser.go(callback)).status).toBe(302);
    const replayed = await fetch(callback, { redirect: 'manual', headers: { cookie } });
    expect(await replayed.json()).toMatchObject({ status: 401, code: 'credential_invalid' });
  });

  it('[C27] leads to no other site', async () => {
    for (const evil of ['https://evil.example/', '//evil.example', '/dashboard/..//evil.example', '/docs']) {
      const browser = new Browser();
      const callback = await browser.signIn('boss', start(`?return=${encodeURIComponent(evil)}`));
      expect((await browser.go(callback)).headers.get('location')).toBe('/dashboard/');
    }
  });

  it('[C27] is refused when the provider says no, in its words', async () => {
    const browser = new Browser();
    const begun = await browser.go(start());
    const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state');
    const iss = encodeURIComponent(issuer);
    const denied = `${node.url}${OIDC_CALLBACK}?error=access_denied&state=${state}&iss=${iss}`;
    const answer = (await (await browser.go(denied)).json()) as { code: string; detail: string };
    expect(answer.code).toBe('credential_invalid');
    expect(answer.detail).toContain('access_denied');
  });

  it('[C31] leads a browser whose sign-in failed to the page that explains it by the attempt', async () => {
    const headers = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const explained = async (answer: Response) => {
      const page = new URL(answer.headers.get('location') ?? '', node.url);
      const attempt = page.searchParams.get('attempt');
      expect([answer.status, page.pathname]).toEqual([302, '/dashboard/sign-in']);
      expect(answer.headers.get('greenlight-attempt')).toBe(attempt);
      const { body } = await node.call('GET', `/api/v1/handshakes/${attempt}`);
      expect(body.code).toBe(page.searchParams.get('code'));
      return body;
    };
    const notBegun = await new Browser().go(`${node.url}${OIDC_CALLBACK}?state=x&code=y`, { headers });
    expect(await explained(notBegun)).toMatchObject({ outcome: 'refused', code: 'credential_invalid' });

    await node.call('POST', '/api/v1/users', {
      key: await node.key('admin'),
      body: { user: 'taken', role: 'viewer' },
    });
    const browser = new Browser();
    const taken = await browser.go(await browser.signIn('taken', start()), { headers });
    expect(await explained(taken)).toMatchObject({ outcome: 'accepted', code: 'state_conflict' });
    // Whoever does not ask for a page gets the problem.
    const answer = await fetch(`${node.url}${OIDC_CALLBACK}?state=x`, { headers: { accept: '*/*' } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  it('[C17] [C27] says so when the provider cannot be reached, and when none is configured', async () => {
    await using away = await startNode({ identity: { oidc: settings({ issuer: PORT_OF_NOBODY }) } });
    const unreachable = await away.call('GET', '/api/v1/auth/oidc/start');
    expect(unreachable.body).toMatchObject({ status: 503, code: 'identity_provider_unreachable' });
    await using none = await startNode();
    expect((await none.call('GET', '/api/v1/auth/oidc/start')).body.code).toBe('not_found');
  });
});
