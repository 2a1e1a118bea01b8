/** What ends a credential reaches the connections that it opened: on a whole node. */
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startNode, type TestNode } from '../http/testing/start-node.ts';

let node: TestNode;
beforeEach(async () => {
  node = await startNode();
});
afterEach(() => node[Symbol.asyncDispose]());

type Frame = Record<string, unknown>;
type Ended = { readonly frames: readonly Frame[]; readonly closeCode: number };

/** Opens a socket, does `act` once it was welcomed, and waits for the end. */
async function untilEnd(
  query: string,
  headers: Record<string, string>,
  act?: () => Promise<unknown>,
): Promise<Ended> {
  const websocket = new WebSocket(`ws://${node.host}/api/v1/ws${query}`, ['greenlight.v1'], { headers });
  const frames: Frame[] = [];
  let welcomed = false;
  websocket.on('message', (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Frame;
    frames.push(frame);
    if (frame['type'] !== 'welcome' || welcomed) return;
    welcomed = true;
    void act?.();
  });
  const [closeCode] = (await once(websocket, 'close')) as [number];
  return { frames, closeCode };
}

const expectCut = ({ frames, closeCode }: Ended): void => {
  expect(frames[0]).toMatchObject({ type: 'welcome' });
  expect(frames.at(-1)).toMatchObject({ type: 'disconnect', code: 'credential_rejected' });
  expect(closeCode).toBe(4401);
};

describe('a connection', () => {
  it('[C6] ends when its key is revoked', async () => {
    const { key, info } = await node.services.apiKeys.create({ name: 'k', role: 'viewer', createdBy: 't' });
    const headers = { Authorization: `Bearer ${key}` };
    expectCut(await untilEnd('', headers, () => node.services.apiKeys.revoke(info.id)));
  });

  it('[C6] [C8] ends when the key is revoked that asked for its ticket', async () => {
    const { key, info } = await node.services.apiKeys.create({ name: 'k', role: 'viewer', createdBy: 't' });
    const minted = await node.call('POST', '/api/v1/auth/ws-ticket', { key, body: {} });
    const { ticket } = minted.body as { ticket: string };
    expectCut(await untilEnd(`?ticket=${ticket}`, {}, () => node.services.apiKeys.revoke(info.id)));
  });

  it('[C12] ends when its session is signed out', async () => {
    const { sessions } = node.services;
    const code = await sessions.mintCode({ user: 'carol', name: 'Carol', role: 'viewer' });
    const signedIn = await sessions.signIn(code);
    if (!signedIn.ok) throw new Error(signedIn.failure.code);
    const headers = { Cookie: `${sessions.cookieName}=${signedIn.secret}`, Origin: node.url };
    expectCut(await untilEnd('', headers, () => sessions.end(signedIn.secret)));
  });

  it('[C6] ends when its key expires', async () => {
    const { key } = await node.services.apiKeys.create({
      name: 'k',
      role: 'viewer',
      expiresAt: Date.now() + 1_500,
      createdBy: 't',
    });
    expectCut(await untilEnd('', { Authorization: `Bearer ${key}` }));
  });
});
