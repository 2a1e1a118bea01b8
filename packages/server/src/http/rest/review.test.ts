import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recommendationOf, validationOf } from '../../testing/review-in-memory.ts';
import { isProblem, startNode, type TestNode } from '../testing/start-node.ts';

const IDS = ['rec_1', 'rec_2', 'rec_3', 'rec_4'];
let node: TestNode;
let reviewer: string;
let viewer: string;
beforeAll(async () => {
  node = await startNode({
    validations: ['val_1', 'val_2', 'val_3'].map((id) => validationOf(id, 'wf_open')),
    recommendations: IDS.map((id) => recommendationOf(id, 'wf_open')),
  });
  reviewer = await node.key('reviewer');
  viewer = await node.key('viewer');
});
afterAll(() => node[Symbol.asyncDispose]());

const get = (path: string, key = viewer) => node.call('GET', `/api/v1/${path}`, { key });
const post = (path: string, body?: unknown, key = reviewer) =>
  node.call('POST', `/api/v1/recommendations/${path}`, { key, body });

describe.each([
  ['validations', 'val_1', 'val_2'],
  ['recommendations', 'rec_1', 'rec_2'],
])('%s', (list, first, second) => {
  it('[R8] are listed page by page', async () => {
    const page = await get(`${list}?limit=1`);
    expect(page.body).toMatchObject({ items: [{ id: first }], next: first });
    expect((await get(`${list}?limit=1&after=${page.body.next}`)).body.items[0].id).toBe(second);
    expect((await get(`${list}?workflow=wf_other`)).body).toEqual({ items: [] });
  });

  it('can be looked at', async () => {
    expect((await get(`${list}/${first}`)).body).toMatchObject({ id: first, workflow: 'wf_open' });
    expect(isProblem(await get(`${list}/none`))).toBe(true);
    expect((await get(`${list}/none`)).body.code).toBe('not_found');
  });

  it('[R8] belong to a run, and are hidden with it', async () => {
    const narrow = await node.key('viewer', { user: 'narrow', channels: ['orders'] });
    expect((await get(list, narrow)).body).toEqual({ items: [] });
    expect((await get(`${list}/${first}`, narrow)).body.code).toBe('not_found');
  });
});

describe('deciding', () => {
  it('goes one by one, by version', async () => {
    const stale = await post('rec_1/approve', { version: 9 });
    expect(stale.body).toMatchObject({ status: 409, code: 'state_conflict' });
    const approved = await post('rec_1/approve', { version: 1 });
    expect(approved.body).toMatchObject({ id: 'rec_1', state: 'approved', decidedBy: 'reviewer' });
    expect((await post('rec_1/apply')).body.state).toBe('applied');
    expect((await post('rec_1/undo')).body.state).toBe('undone');
    expect((await get('recommendations?state=undone')).body.items).toHaveLength(1);
  });

  it('[R12] goes many at once, each with its own outcome', async () => {
    const { status, body } = await post('reject', {
      ids: ['rec_2', 'none', 'rec_3', 'rec_2'],
      versions: { rec_3: 5 },
    });
    expect(status).toBe(200);
    expect(body.items).toMatchObject([
      { id: 'rec_2', ok: true, recommendation: { state: 'rejected' } },
      { id: 'none', ok: false, code: 'not_found' },
      { id: 'rec_3', ok: false, code: 'state_conflict' },
    ]);
  });

  it('is for reviewers, who must say what about', async () => {
    expect((await post('approve', { ids: ['rec_4'] }, viewer)).body.code).toBe('channel_forbidden');
    expect((await post('rec_4/approve', undefined, viewer)).body.code).toBe('channel_forbidden');
    expect((await post('approve', { ids: [] })).body.code).toBe('invalid_input');
    expect((await post('approve', {})).body.detail).toContain('"ids"');
    expect((await post('rec_4/approve', { version: 'one' })).body.detail).toContain('"version"');
  });

  it('does not reach what belongs to a hidden run', async () => {
    const narrow = await node.key('reviewer', { user: 'narrow', channels: ['orders'] });
    expect((await post('rec_4/approve', undefined, narrow)).body.code).toBe('not_found');
    const many = await post('approve', { ids: ['rec_4'] }, narrow);
    expect(many.body.items).toMatchObject([{ ok: false, code: 'not_found' }]);
    expect((await get('recommendations/rec_4')).body.state).toBe('open');
  });
});
