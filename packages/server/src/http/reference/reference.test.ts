import { PROBLEM_MEDIA_TYPE } from '@greenlight/protocol/problem';
import { REFUSAL_CODES, REQUEST_ERROR_CODES } from '@greenlight/protocol/codes';
import { EVENT_TYPES } from '@greenlight/protocol/event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { METHODS, routesOf } from '../route-table.ts';
import { startNode, type TestNode } from '../testing/start-node.ts';
import { schemaText } from './schema-text.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- documents as they came over the wire
type Document = any;

let node: TestNode;
let key: string;
let openApi: Document;
let asyncApi: Document;
beforeAll(async () => {
  node = await startNode();
  key = await node.key('admin');
  openApi = (await node.call('GET', '/api/v1/openapi.json')).body;
  asyncApi = (await node.call('GET', '/api/v1/asyncapi.json')).body;
});
afterAll(() => node[Symbol.asyncDispose]());

/** Every `$ref` in a document that leads nowhere. */
function danglingRefs(document: Document): string[] {
  const refs = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, ref = '']) => ref);
  return refs.filter((ref) => {
    let at = document;
    for (const part of ref.split('/')) at = at?.[part];
    return at === undefined;
  });
}

const operations = (): [string, string, Document][] =>
  Object.entries<Document>(openApi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Document] => [
      method.toUpperCase(),
      path,
      operation,
    ]),
  );

describe('openapi.json', () => {
  it('is OpenAPI 3.1, and none of its references dangles', () => {
    expect(openApi).toMatchObject({
      openapi: '3.1.0',
      info: { title: 'Greenlight' },
      servers: [{ url: node.url }],
    });
    expect(danglingRefs(openApi)).toEqual([]);
    expect(Object.keys(openApi.components.securitySchemes)).toEqual(['bearer', 'session', 'ticket']);
    expect(openApi.components.schemas.Problem.required).toContain('attempt');
  });

  it('[R15] describes every route that is served, and no other', () => {
    const served = routesOf('production')
      .filter(({ path }) => /^\/(?:api|health|metrics)/.test(path) && !path.endsWith('api.json'))
      .flatMap(({ path, methods }) =>
        METHODS.filter((method) => methods[method]).map((method) => `${method} ${path}`),
      );
    const described = operations().map(([method, path]) => `${method} ${path}`);
    expect(described.toSorted()).toEqual(served.toSorted());
  });

  it('says for each operation what it is for, what it answers, and how it fails', () => {
    for (const [method, path, operation] of operations()) {
      const name = `${method} ${path}`;
      expect(operation.summary, name).toBeTruthy();
      expect(
        openApi.tags.map((tag: Document) => tag.name),
        name,
      ).toContain(operation.tags[0]);
      expect(operation.responses.default.content[PROBLEM_MEDIA_TYPE].schema, name).toEqual({
        $ref: '#/components/schemas/Problem',
      });
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
      const declared = (operation.parameters ?? []).filter((parameter: Document) => parameter.in === 'path');
      expect(
        declared.map((parameter: Document) => parameter.name),
        name,
      ).toEqual(named);
    }
  });

  it('[R15] leads to routes that exist, and asks for a credential where it says so', async () => {
    for (const [method, path, { security }] of operations()) {
      const answer = await node.call(method, path.replaceAll(/\{\w+\}/g, 'none'));
      const name = `${method} ${path}`;
      expect(['route_not_found', 'method_not_allowed'], name).not.toContain(answer.body?.code);
      if (path === '/metrics') continue;
      if (security) expect(answer.status, name).not.toBe(401);
      else expect(answer.body.code, name).toBe('credential_missing');
    }
  });
});

describe('asyncapi.json', () => {
  it('is AsyncAPI 3, and none of its references dangles', () => {
    expect(asyncApi.asyncapi).toBe('3.0.0');
    expect(danglingRefs(asyncApi)).toEqual([]);
    expect(Object.values<Document>(asyncApi.channels).map(({ address }) => address)).toContain(
      '/ws/{channel}',
    );
  });

  it('[R16] has a message for every command, frame and event type', () => {
    const names = Object.keys(asyncApi.components.messages);
    const frames = ['ok', 'error', 'welcome', 'event', 'snapshot', 'heartbeat', 'refusal', 'disconnect'];
    const commands = ['auth', 'subscribe', 'unsubscribe', 'publish', 'start', 'control', 'ping'];
    expect(names).toEqual(expect.arrayContaining(EVENT_TYPES.map((type) => `event.${type}`)));
    expect(names).toEqual(expect.arrayContaining(frames.map((type) => `frame.${type}`)));
    expect(names).toEqual(expect.arrayContaining(commands.map((type) => `command.${type}`)));
  });
});

describe('pages', () => {
  it('[R18] are readable without scripts and from nowhere else', async () => {
    const { status, headers, text } = await node.call('GET', '/docs');
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).not.toMatch(/<script|<style|style=|https?:\/\/(?!127\.0\.0\.1|www\.apache)/);
    for (const [, path] of operations()) expect(text, path).toContain(path);
    for (const code of [...REFUSAL_CODES, ...REQUEST_ERROR_CODES])
      expect(text).toContain(`/docs/codes/${code}`);
    const style = await node.call('GET', '/docs/reference.css');
    expect(style.headers.get('content-type')).toBe('text/css; charset=utf-8');
    expect((await node.call('GET', '/docs/')).headers.get('location')).toBe('/docs');
  });

  it.each([...REFUSAL_CODES, ...REQUEST_ERROR_CODES])('[R17] there is one about %s', async (code) => {
    const { status, text } = await node.call('GET', `/docs/codes/${code}`);
    expect(status).toBe(200);
    expect(text).toContain('<h1>');
  });

  it('there is none about other codes', async () => {
    for (const code of ['nonsense', '..%2f..%2fREADME', 'A'])
      expect((await node.call('GET', `/docs/codes/${code}`)).body.code).toBe('not_found');
  });

  it('[R17] the type of a problem leads there', async () => {
    const { body } = await node.call('GET', '/api/v1/workflows/wf_none', { key });
    expect((await fetch(body.type)).status).toBe(200);
  });
});

it.each([
  [undefined, 'any'],
  [{ $ref: '#/components/schemas/Run' }, 'Run'],
  [{ enum: ['a', 'b'] }, '"a" | "b"'],
  [{ type: 'array', items: { enum: [1, 2] } }, '(1 | 2)[]'],
  [{ properties: { a: { type: 'string' }, b: { const: 1 } }, required: ['a'] }, '{a: string, b?: 1}'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{[name]: number}'],
  [{ type: ['string', 'null'] }, 'string | null'],
])('writes %j as a person would', (schema, text) => {
  expect(schemaText(schema)).toBe(text);
});
