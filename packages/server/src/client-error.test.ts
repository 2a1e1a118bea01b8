import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './testing/handshake-server.ts';

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
    expect(server.services.attempts.list()[0]?.facts).toEqual({ error: 'HPE_INVALID_METHOD' });
    expect(await server.services.metrics.text()).toContain('outcome="refused",code="malformed_request"} 1');
  });

  it('[H2] is told when it took too long', async () => {
    await using server = await startTestServer({
      http: createServer({ headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 10 }),
    });
    expect(await send(server, 'GET / HTTP/1.1\r\nHo')).toContain('The request was not complete in time.');
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
