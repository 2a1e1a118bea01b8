/** An API key that is revoked, as those meet it who are in with it, on every transport. */
import { once } from 'node:events';
import { startGateway } from '@greenlight/testkit/start-gateway';
import { WebSocket } from 'ws';
import { expect, it } from 'vitest';

type Key = { readonly id: string; readonly key: string };

/** Less than any heartbeat, wait or expiry could explain. In fact it is a few milliseconds. */
const AT_ONCE_MS = 5_000;

it('[C6] a revoked key ends what is open with it at once, on every transport, and opens nothing more', async () => {
  await using gateway = await startGateway();
  const call = (path: string, key: string, method = 'GET', body?: object): Promise<Response> =>
    fetch(`${gateway.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${key}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  const made = await call('/api/v1/keys', gateway.apiKey, 'POST', { name: 'k', role: 'viewer' });
  const { id, key } = (await made.json()) as Key;

  const sockets = ['/api/v1/ws', '/ws/news', '/ws/test'].map(
    (path) =>
      new WebSocket(`${gateway.url.replace('http', 'ws')}${path}`, {
        headers: { authorization: `Bearer ${key}` },
      }),
  );
  const closed = Promise.all(sockets.map(async (socket) => ((await once(socket, 'close')) as [number])[0]));
  await Promise.all(sockets.map((socket) => once(socket, 'message')));
  const stream = (await call('/api/v1/sse?channels=news&frames=all', key)).text();
  const { position } = (await (await call('/api/v1/poll?channels=news', key)).json()) as { position: string };
  const poll = call(`/api/v1/poll?channels=news&since=${position}&wait=50`, key);
  const listed = async (): Promise<number> => {
    const answer = await call('/api/v1/connections', gateway.apiKey);
    return ((await answer.json()) as { items: { credentialId: string }[] }).items.filter(
      ({ credentialId }) => credentialId === id,
    ).length;
  };
  await expect.poll(listed, { timeout: 20_000 }).toBe(5);

  const revokedAt = performance.now();
  expect((await call(`/api/v1/keys/${id}`, gateway.apiKey, 'DELETE')).ok).toBe(true);
  expect(await closed).toEqual([4401, 4401, 4401]);
  expect(await stream).toContain('"code":"credential_rejected"');
  expect((await poll).status).toBe(200);
  expect(performance.now() - revokedAt).toBeLessThan(AT_ONCE_MS);

  const again = ['/api/v1/auth/me', '/api/v1/sse?channels=news', '/api/v1/poll?channels=news'];
  for (const path of again)
    expect(await (await call(path, key)).json()).toMatchObject({ status: 401, code: 'api_key_revoked' });
  const late = new WebSocket(`${gateway.url.replace('http', 'ws')}/ws/news`, {
    headers: { authorization: `Bearer ${key}` },
  });
  late.on('error', () => undefined);
  const [, response] = (await once(late, 'unexpected-response')) as [unknown, { statusCode: number }];
  expect(response.statusCode).toBe(401);
  late.terminate();
}, 60_000);
