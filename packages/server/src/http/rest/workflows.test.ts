import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isProblem, startNode, type TestNode } from '../testing/start-node.ts';

let node: TestNode;
let ada: string;
let bob: string;
let viewer: string;
beforeAll(async () => {
  node = await startNode();
  ada = await node.key('operator', { user: 'ada' });
  bob = await node.key('operator', { user: 'bob' });
  viewer = await node.key('viewer');
});
afterAll(() => node[Symbol.asyncDispose]());

const start = (body: unknown, key = ada) => node.call('POST', '/api/v1/workflows', { key, body });
const act = (id: string, action: string, key = ada) =>
  node.call('POST', `/api/v1/workflows/${id}/${action}`, { key });

/** Long-polls the run's channel until an event of the type is there. */
async function until(id: string, type: string): Promise<void> {
  let since = 'earliest';
  for (;;) {
    const path = `/api/v1/poll?channels=workflow:${id}&since=${since}`;
    const { body } = await node.call('GET', path, { key: ada });
    if (body.events.some(({ event }: { event: { type: string } }) => event.type === type)) return;
    since = body.position;
  }
}

const listed = async (key: string): Promise<string[]> =>
  (await node.call('GET', '/api/v1/workflows', { key })).body.items.map((run: { id: string }) => run.id);

describe('starting', () => {
  it('[R11] answers 201 with the run and where it is', async () => {
    const { status, body, headers } = await start({ kind: 'test', input: {}, title: 'Mine' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ id: expect.stringMatching(/^wf_/), title: 'Mine', owner: 'ada' });
    expect(['queued', 'running']).toContain(body.state);
    expect(headers.get('location')).toBe(`/api/v1/workflows/${body.id}`);
  });

  it.each([
    [{ kind: 'unheard-of', input: {} }, 'unheard-of'],
    [{ kind: 'test', input: 3 }, 'object'],
    [{ input: {} }, 'kind'],
  ])('refuses %j', async (body, named) => {
    const answer = await start(body);
    expect(isProblem(answer), answer.text).toBe(true);
    expect(answer.body.code).toBe('invalid_input');
    expect(answer.body.detail).toContain(named);
  });

  it('is not for viewers', async () => {
    const answer = await start({ kind: 'test', input: {} }, viewer);
    expect(answer.body).toMatchObject({ status: 403, code: 'channel_forbidden' });
  });
});

describe('looking', () => {
  it('[R11] shows the run and the position at which it looked like that', async () => {
    const { id } = (await start({ kind: 'test', input: {} })).body;
    await until(id, 'workflow.completed');
    const { body } = await node.call('GET', `/api/v1/workflows/${id}`, { key: viewer });
    expect(body).toMatchObject({ id, state: 'completed', result: { done: true } });
    const { body: events } = await node.call('GET', `/api/v1/workflows/${id}/events`, { key: viewer });
    expect(body.position).toBe(`${events.epoch}:${events.head}`);
    const types = events.events.map(({ event }: { event: { type: string } }) => event.type);
    expect(types[0]).toBe('workflow.created');
    expect(types.at(-1)).toBe('workflow.completed');
    const later = await node.call('GET', `/api/v1/workflows/${id}/events?since=${events.epoch}:2`, {
      key: viewer,
    });
    expect(later.body.events[0].offset).toBe(3);
  });

  it('[R11] answers at the older address too', async () => {
    const made = await node.call('POST', '/api/workflows', { key: ada, body: { kind: 'test', input: {} } });
    expect(made.status).toBe(201);
    for (const rest of ['', '/events', '/report'])
      expect((await node.call('GET', `/api/workflows/${made.body.id}${rest}`, { key: ada })).status).toBe(
        200,
      );
    expect((await node.call('GET', '/api/workflows', { key: ada })).status).toBe(200);
  });

  it('[R8] lists them newest first, page by page', async () => {
    const key = await node.key('operator', { user: 'lister' });
    for (let count = 0; count < 3; count++) await start({ kind: 'test', input: {} }, key);
    const first = await node.call('GET', '/api/v1/workflows?owner=lister&limit=2', { key });
    expect(first.body.items).toHaveLength(2);
    const second = await node.call(
      'GET',
      `/api/v1/workflows?owner=lister&limit=2&before=${first.body.next}`,
      { key },
    );
    expect(second.body.items).toHaveLength(1);
    expect(second.body.next).toBeUndefined();
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it('[R8] leaves out what others keep private', async () => {
    const { id } = (await start({ kind: 'test', input: {}, private: true })).body;
    expect(await listed(ada)).toContain(id);
    expect(await listed(bob)).not.toContain(id);
    for (const rest of ['', '/events', '/stream', '/report']) {
      const answer = await node.call('GET', `/api/v1/workflows/${id}${rest}`, { key: bob });
      expect(answer.body.code, rest).toBe('channel_not_found');
    }
    expect((await act(id, 'cancel', bob)).body.code).toBe('channel_not_found');
  });

  it.each(['', '/events', '/stream', '/report'])(
    'does not know a run that is not there: %s',
    async (rest) => {
      const answer = await node.call('GET', `/api/v1/workflows/wf_none${rest}`, { key: ada });
      expect(isProblem(answer), answer.text).toBe(true);
      expect(answer.body).toMatchObject({ status: 404, code: 'not_found' });
    },
  );

  it('gives reports in three formats', async () => {
    const { id } = (await start({ kind: 'test', input: {} })).body;
    const report = (query: string) =>
      node.call('GET', `/api/v1/workflows/${id}/report${query}`, { key: ada });
    expect((await report('')).body).toEqual({ workflow: id });
    const markdown = await report('?format=md');
    expect(markdown.headers.get('content-type')).toBe('text/markdown; charset=utf-8');
    expect(markdown.text).toBe(`# ${id}\n`);
    expect((await report('?format=sarif')).body).toMatchObject({ status: 409, code: 'state_conflict' });
    expect((await report('?format=pdf')).body.code).toBe('invalid_input');
  });
});

describe('steering', () => {
  it('pauses, resumes and cancels, and says what is too late', async () => {
    const { id } = (await start({ kind: 'test', input: { hold: true } })).body;
    await until(id, 'workflow.started');
    expect((await act(id, 'pause')).body).toMatchObject({ id, state: 'paused' });
    expect((await act(id, 'resume')).body).toMatchObject({ id, state: 'running' });
    expect((await act(id, 'cancel')).body).toMatchObject({ id, state: 'cancelled' });
    const late = await act(id, 'pause');
    expect(isProblem(late)).toBe(true);
    expect(late.body).toMatchObject({ status: 409, code: 'state_conflict' });
  });

  it('is not for viewers, and not for runs that do not exist', async () => {
    expect((await act('wf_none', 'pause')).body.code).toBe('not_found');
    expect((await act('wf_none', 'pause', viewer)).body.code).toBe('channel_forbidden');
    expect((await act('wf_none', 'dance')).body.code).toBe('route_not_found');
  });
});
