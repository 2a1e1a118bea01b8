/** A log whose disk is full, under a whole node: what needs to be stored is refused, and taken again once there is room. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Log } from '@greenlight/log/log';
import { openLog } from '@greenlight/log/open-log';
import { createRuns } from '@greenlight/runs/create-runs';
import { expect, it } from 'vitest';
import { type AnyFrame, TestSocket } from './testing/clients.ts';
import { openNode, PAGE } from './testing/open-node.ts';

const event = (padding: number) => ({
  id: 'x',
  type: 'test',
  source: '/test',
  time: '2026-11-22T09:00:00Z',
  specversion: '1.0' as const,
  data: 'x'.repeat(padding),
});

/** Until not even a small event fits, also where a page of the database had room left. */
async function fill(log: Log): Promise<void> {
  for (const [channel, padding] of [
    ['filler', 10_000],
    ['filler', 1_000],
    ['filler', 1],
    ['workflows', 1],
    ['news', 1],
  ] as const)
    for (;;) {
      const appended = await log.append({ appends: [{ channel, events: [event(padding)] }] });
      if (!appended.ok) break;
    }
}

async function makeRoom(log: Log): Promise<void> {
  await log.trim('filler', (await log.head('filler')).offset - 1);
}

async function openSmallNode() {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-small-'));
  const executing = Promise.withResolvers<void>();
  const log = await openLog({ folder, maxFileBytes: 512 * 1024, retainEveryMs: 0 });
  const node = await openNode({
    log,
    runs: (announcing) =>
      createRuns({
        log: announcing,
        workflows: [
          {
            kind: 'wait',
            unit: 'pieces',
            parse: (input) => ({ ok: true, input, title: 'Waits' }),
            execute({ signal }) {
              executing.resolve();
              return new Promise((_, reject) => {
                signal.addEventListener('abort', () => reject(signal.reason as Error));
              });
            },
          },
        ],
        clock: Date.now,
        random: Math.random,
        node: 'n_small',
      }),
  });
  return {
    node,
    log,
    /** A run was begun. */
    executing: executing.promise,
    async [Symbol.asyncDispose]() {
      await node[Symbol.asyncDispose]();
      await log.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const UNAVAILABLE = { status: 503, code: 'storage_unavailable', retryable: true, retryAfterMs: 5_000 };

it('[R23] refuses over REST what cannot be stored, and takes the same again once there is room', async () => {
  await using small = await openSmallNode();
  const { node, log } = small;
  const authorization = `Bearer ${await node.key('operator')}`;
  const post = async (path: string, body: unknown = {}) => {
    const headers = { authorization, 'content-type': 'application/json' };
    const answer = await fetch(node.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as { id: string } };
  };
  const start = () => post('/api/v1/workflows', { kind: 'wait', input: {} });
  const publish = () => post('/api/v1/channels/news/publications', { type: 'note' });
  const { id } = (await start()).body;
  await small.executing;
  await fill(log);
  const head = await log.head('news');

  const refused = await start();
  expect(refused).toMatchObject({
    status: 503,
    body: { ...UNAVAILABLE, detail: expect.stringMatching(/full.*Free some disk space/) },
  });
  expect(refused.headers.get('retry-after')).toBe('5');
  for (const answer of [await publish(), await post(`/api/v1/workflows/${id}/pause`)])
    expect(answer).toMatchObject({ status: 503, body: UNAVAILABLE });
  expect((await node.services.runs.get(id))?.run.state).toBe('running');
  expect(await node.services.runs.list()).toHaveLength(1);
  expect(await log.head('news')).toEqual(head);

  await makeRoom(log);
  expect((await post(`/api/v1/workflows/${id}/pause`)).status).toBe(200);
  expect((await start()).status).toBe(201);
  expect((await publish()).status).toBe(200);
});

it('[H17] lets nobody in with a ticket whose use cannot be kept, and says why; the ticket stays good', async () => {
  await using small = await openSmallNode();
  // A page that is there may hold one small record more, so the answer of the log is put in its place.
  const { log } = small;
  let isFull = false;
  const refusal = { ok: false, reason: 'unavailable', detail: 'The disk is full.' } as const;
  const append: Log['append'] = (wanted) => (isFull ? Promise.resolve(refusal) : log.append(wanted));
  await using node = await openNode({ log: { ...log, append } });
  const authorization = `Bearer ${await node.key('operator')}`;
  const asked = await fetch(`${node.url}/api/v1/auth/ws-ticket`, {
    method: 'POST',
    headers: { authorization },
  });
  const { ticket } = (await asked.json()) as { ticket: string };
  isFull = true;
  const use = () => fetch(`${node.url}/api/v1/poll?channels=news&wait=0&ticket=${ticket}`);
  const refused = await use();
  expect(refused.status).toBe(500);
  expect(await refused.json()).toMatchObject({
    code: 'internal_error',
    retryable: true,
    detail: expect.stringMatching(/disk is full.*nothing was used up/s) as string,
    fix: expect.stringContaining('Free disk space') as string,
  });
  expect(node.services.attempts.list({ code: 'internal_error' })).toMatchObject([
    { stage: 'credential', facts: { storage: 'unavailable' } },
  ]);
  isFull = false;
  expect((await use()).status).toBe(200);
});

it('[R23] refuses the commands alike', async () => {
  await using small = await openSmallNode();
  const { node, log } = small;
  const credential = await node.key('operator');
  const started = await node.services.runs.start({ kind: 'wait', input: {}, owner: 'operator' });
  await small.executing;
  await fill(log);
  using socket = new TestSocket({ host: node.host, credential }, '/ws');
  const { id: workflow } = started.ok ? started.run : { id: 'none' };
  const answers = async () => {
    const commands = [
      { id: 1, type: 'start', kind: 'wait', input: {} },
      { id: 2, type: 'publish', channel: 'news', events: [{ type: 'note' }] },
      { id: 3, type: 'control', workflow, action: 'cancel' },
    ];
    const replies: AnyFrame[] = [];
    for (const command of commands) {
      await socket.send(command);
      replies.push(await socket.until(({ id }) => id === command.id));
    }
    return replies;
  };
  const refused = {
    type: 'error',
    code: 'storage_unavailable',
    retryable: true,
    detail: expect.stringContaining('full') as string,
  };
  expect(await answers()).toMatchObject([refused, refused, refused]);
  await makeRoom(log);
  expect(await answers()).toMatchObject([{ type: 'ok' }, { type: 'ok' }, { type: 'ok', state: 'cancelled' }]);
});

it('[R23] does not keep a private run that was never stored', async () => {
  await using small = await openSmallNode();
  const { node, log } = small;
  await fill(log);
  const run = { kind: 'wait', input: {}, owner: 'operator', private: true };
  expect(await node.services.runs.start(run)).toMatchObject({ ok: false, code: 'storage_unavailable' });
  await makeRoom(log);
  const started = await node.services.runs.start(run);
  expect(started.ok && node.services.runs.privateOwner(started.run.id)).toBe('operator');
});

it('[R23] refuses to make, change and end keys, users and sessions, and does it all once there is room', async () => {
  await using small = await openSmallNode();
  let isFull = false;
  const { log } = small;
  const refusal = { ok: false, reason: 'unavailable', detail: 'The disk is full.' } as const;
  const append: Log['append'] = (wanted) => (isFull ? Promise.resolve(refusal) : log.append(wanted));
  await using node = await openNode({ log: { ...log, append } });
  const authorization = `Bearer ${await node.key('admin')}`;
  const ask = async (
    method: string,
    path: string,
    body: object = {},
    headers: object = { authorization },
  ) => {
    const answer = await fetch(`${node.url}/api/v1/${path}`, {
      method,
      headers: { 'content-type': 'application/json', origin: PAGE, ...headers },
      ...(method !== 'DELETE' && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    return { status: answer.status, cookie, body: text === '' ? null : (JSON.parse(text) as { id: string }) };
  };
  const { body: key } = await ask('POST', 'keys', { name: 'old', role: 'viewer' });
  const ada = { user: 'ada', password: 'correct horse battery' };
  await ask('POST', 'users', { ...ada, role: 'viewer', mustChangePassword: false });
  const signedIn = await ask('POST', 'auth/login', ada);
  const code = await node.services.sessions.mintCode({ user: 'ada', name: 'Ada', role: 'viewer' });
  const bySession = { cookie: signedIn.cookie };
  const next = 'another horse altogether';
  const wanted: readonly (readonly [number, string, string, object, object?])[] = [
    [201, 'POST', 'keys', { name: 'new', role: 'viewer' }],
    [201, 'POST', 'users', { user: 'bob', role: 'viewer' }],
    [200, 'PATCH', 'users/ada', { role: 'operator' }],
    [200, 'POST', 'auth/login', ada],
    [200, 'POST', 'auth/login', { code }],
    [200, 'POST', 'auth/ws-ticket', {}],
    [200, 'POST', 'auth/password', { current: ada.password, next }, bySession],
    [204, 'POST', 'auth/logout', {}, { cookie: (await ask('POST', 'auth/login', ada)).cookie }],
    [200, 'POST', 'users/ada/password', {}],
    [204, 'DELETE', `keys/${key?.id}`, {}],
  ];

  isFull = true;
  for (const [, method, path, ...more] of wanted) {
    const { status, body, cookie } = await ask(method, path, ...more);
    expect({ status, body, cookie }, `${method} ${path}`).toMatchObject({
      status: 503,
      body: UNAVAILABLE,
      cookie: '',
    });
  }
  isFull = false;
  for (const [status, ...request] of wanted) expect((await ask(...request)).status, request[1]).toBe(status);
});
