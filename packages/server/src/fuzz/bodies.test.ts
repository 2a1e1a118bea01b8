/** Whatever is sent as a body, a position or the name of a channel: done, or a problem that says what is wrong. */
import { REFUSAL_CODES, REQUEST_ERROR_CODES } from '@greenlight/protocol/codes';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routesOf } from '../http/route-table.ts';
import { isProblem, startNode, type TestNode } from '../http/testing/start-node.ts';
import { SEED, staysFlat, stillStands } from './testing/hold.ts';

const PATIENT = { timeout: 60_000 };
const RUNS_PER_ROUTE = 12;
const CODES: readonly string[] = [
  ...REQUEST_ERROR_CODES,
  ...REFUSAL_CODES.filter((code) => code !== 'internal_error'),
];

/** Those would end or lock the very account that asks, or probe from outside. */
const LEFT_OUT = new Set(['/api/v1/auth/logout', '/api/v1/self-probe']);
const ROUTES = routesOf('development').filter(
  ({ path, methods }) => (methods.POST ?? methods.PATCH) !== undefined && !LEFT_OUT.has(path),
);

let node: TestNode;
let admin: string;
beforeAll(async () => {
  const most = {
    attemptsPerMinute: 1e6,
    signInsPerAddress: 1e6,
    signInsPerUser: 1e6,
    signInsPerUserAndAddress: 1e6,
  };
  node = await startNode({ limits: most });
  admin = await node.key('admin');
});
afterAll(() => node[Symbol.asyncDispose]());

const NAMES = [
  '__proto__',
  'constructor',
  'name',
  'role',
  'user',
  'code',
  'password',
  'current',
  'next',
  'type',
  'data',
  'id',
  'channel',
  'channels',
  'events',
  'event',
  'kind',
  'input',
  'paths',
  'ids',
  'items',
  'version',
  'note',
  'origin',
  'expiresAt',
];
const text = (value: unknown): string => JSON.stringify(value);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(
      'null',
      'true',
      '1e400',
      '-0',
      '9007199254740993',
      '"\\ud800"',
      '"\\u0000"',
      '"admin"',
      '"validation"',
      '"2999-01-01T00:00:00Z"',
      '[]',
      '{}',
      '["docs"]',
      '["../../etc"]',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }).map(text),
    fc.array(tie('any') as fc.Arbitrary<string>, { maxLength: 3 }).map((items) => `[${items.join()}]`),
    fc
      .array(fc.tuple(fc.constantFrom(...NAMES), tie('any') as fc.Arbitrary<string>), { maxLength: 5 })
      .map((entries) => `{${entries.map(([name, each]) => `${text(name)}:${each}`).join()}}`),
  ),
})).any;
const body = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 8 })
      .map((entries) => `{${entries.map(([name, each]) => `${text(name)}:${each}`).join()}}`),
  },
  value,
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '{',
    '\ufeff{}',
    '{}{}',
    '{"a":1,}',
    '['.repeat(50_000),
    `{"type":"deep","data":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    '{"__proto__":{"role":"admin"}}',
  ),
);

describe(`bodies, seed ${SEED}`, () => {
  it('[R1, R3] of every route that takes one', PATIENT, async () => {
    const cases = ROUTES.length * RUNS_PER_ROUTE;
    await staysFlat(node, { cases, kilobytesPerCase: 60 }, async () => {
      for (const { path, methods } of ROUTES) {
        const method = methods.POST ? 'POST' : 'PATCH';
        const at = path.replaceAll(/\{\w+\}/g, 'fuzz');
        await fc.assert(
          fc.asyncProperty(body, async (sent) => {
            const answer = await node.call(method, at, { key: admin, body: sent });
            if (answer.status < 400) return;
            expect(isProblem(answer), answer.text).toBe(true);
            expect(CODES, `${method} ${at} ${sent}`).toContain(answer.body.code);
          }),
          { seed: SEED, numRuns: RUNS_PER_ROUTE },
        );
      }
    });
    expect(Object.prototype).not.toHaveProperty('role');
    await stillStands(node, admin);
  });

  it('[P1, S3, R8] positions, vectors, names of channels and pages', PATIENT, async () => {
    const nonsense = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        'earliest',
        'e:0',
        'e:-1',
        'e:1e9',
        ':',
        'e:9007199254740993',
        'a=e:1,b=e:2',
        'a=e:1,a=e:2',
        '=',
        ',',
        'a,b',
        '$SYS:',
        '$SYS:x',
        '__proto__',
        '__proto__=e:1',
        'x'.repeat(201),
        '..',
        '%2e%2e',
        '-1',
        '1e3',
        '99999999999',
      ),
    );
    const place = fc.constantFrom(
      'channels',
      'since',
      'lastEventId',
      'limit',
      'wait',
      'frames',
      'cursor',
      'before',
      'state',
      'attempt',
    );
    const path = fc.oneof(
      fc.constantFrom(
        '/api/v1/poll',
        '/api/v1/sse',
        '/api/v1/workflows',
        '/api/v1/recommendations',
        '/api/v1/handshakes',
        '/api/v1/connections',
        '/api/v1/channels',
        '/api/v1/keys',
      ),
      nonsense.map((name) => `/api/v1/channels/${encodeURIComponent(name.toWellFormed())}/history`),
      nonsense.map((name) => `/api/v1/workflows/${encodeURIComponent(name.toWellFormed())}/stream`),
    );
    await fc.assert(
      fc.asyncProperty(path, fc.array(fc.tuple(place, nonsense), { maxLength: 3 }), async (at, asks) => {
        const query = new URLSearchParams([
          ...asks.map(([name, each]): [string, string] => [name, each.toWellFormed()]),
          ['wait', '0'],
        ]);
        // A stream that is good goes on for ever: its head is enough.
        const enough = new AbortController();
        const response = await fetch(`${node.url}${at}?${query}`, {
          headers: { authorization: `Bearer ${admin}` },
          signal: enough.signal,
        });
        if (response.status >= 400)
          expect(CODES).toContain(((await response.json()) as { code: string }).code);
        enough.abort();
      }),
      { seed: SEED, numRuns: 200 },
    );
    await stillStands(node, admin);
  });
});
