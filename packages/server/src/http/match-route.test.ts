import { expect, it } from 'vitest';
import { canonicalPath, createMatchRoute } from './match-route.ts';
import { routesOf } from './route-table.ts';

const match = createMatchRoute(routesOf('development'));

it.each([
  ['/', '/', {}],
  ['/dashboard/runs/wf_1', '/dashboard/*', {}],
  ['/api/v1/workflows/wf_1/events', '/api/v1/workflows/{id}/events', { id: 'wf_1' }],
  ['/api/v1/recommendations/approve', '/api/v1/recommendations/approve', {}],
  ['/api/v1/recommendations/rec_1/approve', '/api/v1/recommendations/{id}/approve', { id: 'rec_1' }],
  [
    '/api/v1/channels/%24SYS%3Ahandshakes/history',
    '/api/v1/channels/{channel}/history',
    { channel: '$SYS:handshakes' },
  ],
])('finds %s', (path, route, parameters) => {
  expect(match(path)).toMatchObject({ route: { path: route }, parameters });
});

it.each([
  ['/api/v1'],
  ['/api/v1/keys/'],
  ['/api/v1/keys/a/b'],
  ['/api/v1/channels//history'],
  ['/api/v1/channels/%zz/history'],
  ['/dashboardx'],
])('[R2] finds nothing at %s', (path) => {
  expect(match(path)).toBeNull();
});

it('[R11] takes the older address of workflows for the present one, and no other', () => {
  expect(canonicalPath('/api/workflows/wf_1')).toBe('/api/v1/workflows/wf_1');
  expect(canonicalPath('/api/workflows')).toBe('/api/v1/workflows');
  expect(canonicalPath('/api/workflowsx')).toBe('/api/workflowsx');
});
