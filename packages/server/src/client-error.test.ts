import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { createBareServer } from './server.ts';
import { startTestServer, type TestServer } from './testing/handshake-server.ts';
import { runsInMemory } from './testing/runs-in-memory.ts';

/** Sends bytes and gives all that comes back until the server hangs up. */
function send({ port }: TestServer, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  return text(socket);
}

describe('what is no HTTP request', () => {
  it('[H2] [H15] gets a code, a problem and an attempt id, and is counted', async () => {
    await using server = await startTestServer();
    const answer = await send(server, '\u0016\u0003\u0001 a TLS hello\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    expect(answer).toMatch(/\r\nGreenlight-Attempt: [A-Za-z0-9_-]{22}\r\n/);
    expect(answer).toContain('"code":"malformed_request"');
    const { attempts, metrics } = server.services;
    expect(attempts.list()[0]?.facts).toEqual({ error: 'HPE_INVALID_METHOD', spoken: 'tls' });
    expect(await metrics.text()).toContain('outcome="refused",code="malformed_request"} 1');
  });

  it('[H2] is told when it took too long', async () => {
    await using server = await startTestServer({
      http: createServer({ connectionsCheckingInterval: 10 }),
      limits: { headersMs: 50, requestMs: 50 },
    });
    expect(await send(server, 'GET / HTTP/1.1\r\nHo')).toContain('The request was not complete in time.');
    expect(await send(server, '')).toContain('The connection was opened and nothing was sent on it.');
    expect(server.services.attempts.list().map(({ facts }) => facts['bytesRead'])).toEqual([0, 18]);
  });

  it.each([
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc', 'TLS was spoken to a port without TLS'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'HTTP/2 was spoken without an upgrade'],
    [
      'PROXY',
      'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\nGET / HTTP/1.1\r\n\r\n',
      'A proxy in front sends the PROXY protocol',
    ],
  ])('[H21] names what was spoken instead: %s', async (_name, bytes, detail) => {
    await using server = await startTestServer();
    expect(await send(server, bytes)).toContain(detail);
    expect(server.services.attempts.list()).toEqual([expect.objectContaining({ code: 'malformed_request' })]);
  });

  it('[H21] counts sockets that end without a byte', async () => {
    await using server = await startTestServer();
    const socket = connect(server.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.end();
    await text(socket);
    expect(await server.services.metrics.text()).toContain('greenlight_silent_sockets_total 1');
    expect(server.services.attempts.list()).toEqual([]);
  });

  it('does not get a second answer into one that has begun', async () => {
    await using server = await startTestServer();
    const socket = connect(server.port, '127.0.0.1');
    const authorization = `Authorization: Bearer ${await server.key('viewer')}`;
    socket.write(
      `GET /api/v1/sse?channels=a HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`,
    );
    const [begun] = (await once(socket, 'data')) as [Buffer];
    expect(begun.toString()).toContain('200 OK');
    socket.write('not a chunk\r\n');
    expect(await text(socket)).not.toContain('HTTP/1.1');
    expect(server.services.attempts.list({ outcome: 'refused' })).toEqual([]);
  });
});

describe('sockets without a request', () => {
  it('[H21] are bounded in number: the oldest goes, is told why, and is counted', async () => {
    await using server = await startTestServer({ limits: { silentSockets: 2 } });
    const open = async () => {
      const socket = connect(server.port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    };
    const [oldest, second] = [await open(), await open()];
    const ask = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n';
    // Whoever has asked is not silent any more.
    second.write(ask);
    expect(String(await once(second, 'data'))).toContain('200 OK');
    const third = await open();
    const fourth = await open();
    const answer = await text(oldest);
    expect(answer).toContain('429 Too Many Requests');
    expect(answer).toContain('have sent no request: the limit is 2');
    for (const one of [second, third, fourth]) {
      one.write(ask);
      expect(String(await once(one, 'data'))).toContain('200 OK');
      one.destroy();
    }
    expect(server.services.attempts.list()).toMatchObject([
      { code: 'too_many_connections', stage: 'capacity' },
    ]);
    expect(await server.services.metrics.text()).toContain('code="too_many_connections"} 1');
  });

  it('[H17] that come before the server is put together are answered when it is', async () => {
    const http = createBareServer();
    const early = Promise.withResolvers<Socket>();
    await using _server = await startTestServer({
      http,
      // The port is open by now, and the doors are not.
      async runs() {
        const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
        socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
        await once(http, 'connection');
        early.resolve(socket);
        return runsInMemory();
      },
    });
    expect(await text(await early.promise)).toContain('200 OK');
  });
});
