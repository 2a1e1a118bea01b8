import { once } from 'node:events';
import { createServer as createHttpServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

type Stage = AsyncDisposable & { readonly proxy: FaultProxy };

async function behindProxy<Extra extends object>(server: Server, extra: Extra): Promise<Stage & Extra> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await startFaultProxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    ...extra,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** How a socket ended: `end` for a FIN, the error's code otherwise. */
function ending(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('end', () => resolve('end'));
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
  });
}

const readTimes = async (socket: Socket, bytes: number): Promise<string> => {
  let got = '';
  while (got.length < bytes) got += String(((await once(socket, 'data')) as [Buffer])[0]);
  return got;
};

/** A TCP server whose side of the only connection the test holds. */
async function tcp() {
  const server = createServer({ allowHalfOpen: true });
  const stage = await behindProxy(server, {});
  const open = async (): Promise<{ client: Socket; peer: Socket }> => {
    const accepted = once(server, 'connection') as Promise<[Socket]>;
    const client = connect({
      port: Number(new URL(stage.proxy.url).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    const [peer] = await accepted;
    peer.on('error', () => {});
    client.on('error', () => {});
    const greeted = once(client, 'data');
    peer.write('.');
    await greeted;
    return { client, peer };
  };
  return { ...stage, open };
}

async function http(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  return behindProxy(createHttpServer(answer), {});
}

async function webSockets() {
  const server = createHttpServer((_, response) => response.writeHead(426).end());
  const sockets = new WebSocketServer({ server });
  const opened = new Set<WebSocket>();
  sockets.on('connection', (socket) => opened.add(socket));
  return behindProxy(server, { opened, url: (proxy: FaultProxy) => proxy.url.replace('http', 'ws') });
}

const answerOf = async (url: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => get(url, { agent: false }, resolve).on('error', (error) => reject(error)));

describe('a connection without a fault', () => {
  it('carries bytes both ways, and the end of each way by itself', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    client.end('question');
    expect(await text(peer)).toBe('question');
    peer.end('answer');
    expect(await text(client)).toBe('answer');
  });

  it('breaks for the client as it broke for the server', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    const end = ending(client);
    peer.resetAndDestroy();
    expect(await end).toBe('ECONNRESET');
  });

  it('is refused while the server is away, and passes again when it is back', async () => {
    const server = createServer((socket) => socket.end('here')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using proxy = await startFaultProxy(`http://127.0.0.1:${port}`);
    const ask = (): Socket => connect(Number(new URL(proxy.url).port), '127.0.0.1');
    server.close();
    await once(server, 'close');
    expect(await ending(ask())).toBe('ECONNRESET');
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await text(ask())).toBe('here');
    server.close();
  });
});

describe('an open connection', () => {
  it('that is cut gets a FIN on both sides', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    const ends = Promise.all([ending(client), ending(peer)]);
    peer.resume();
    client.resume();
    expect(stage.proxy.strike({ kind: 'cut' })).toBe(1);
    expect(await ends).toEqual(['end', 'end']);
    expect(stage.proxy.open).toBe(0);
  });

  it('that is reset gets a RST on both sides', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    const ends = Promise.all([ending(client), ending(peer)]);
    stage.proxy.strike({ kind: 'reset' });
    expect(await ends).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  it('that is stalled one way carries the other way, and loses nothing when it heals', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    stage.proxy.strike({ kind: 'stall', way: 'down' });
    peer.write('late');
    client.write('up');
    expect(await readTimes(peer, 2)).toBe('up');
    expect(client.readableLength).toBe(0);
    stage.proxy.heal();
    expect(await readTimes(client, 4)).toBe('late');
  });

  it('that is stalled makes its sender wait', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    client.resume();
    stage.proxy.strike({ kind: 'stall', way: 'down' });
    const drained = once(peer, 'drain');
    // More than the buffers of two sockets hold.
    const many = Buffer.alloc(16_777_216);
    expect(peer.write(many)).toBe(false);
    stage.proxy.heal();
    await drained;
  });

  it('that is half open lives on for one side and is reset for the other', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    const end = ending(peer);
    stage.proxy.strike({ kind: 'half-open', survivor: 'client' });
    expect(await end).toBe('ECONNRESET');
    await new Promise((resolve) => client.write('into nothing', resolve));
    expect(client.destroyed).toBe(false);
    expect(client.readableEnded).toBe(false);
  });

  it('that is delayed delivers later, in order', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    stage.proxy.strike({ kind: 'delay', ms: 60 });
    const began = performance.now();
    peer.write('one');
    peer.write('two');
    expect(await readTimes(client, 6)).toBe('onetwo');
    expect(performance.now() - began).toBeGreaterThanOrEqual(55);
  });

  it('that is throttled takes its time', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    stage.proxy.strike({ kind: 'throttle', way: 'down', bytesPerSecond: 20_480 });
    const began = performance.now();
    peer.write('x'.repeat(2_560));
    await readTimes(client, 2_560);
    // The last of five slices does not wait for itself.
    expect(performance.now() - began).toBeGreaterThanOrEqual(95);
  });

  it('has one byte corrupted, wherever the packets begin', async () => {
    await using stage = await tcp();
    const { client, peer } = await stage.open();
    stage.proxy.strike({ kind: 'corrupt', way: 'down', after: 4 });
    client.setEncoding('latin1');
    peer.write('abc');
    const first = await readTimes(client, 3);
    peer.write('defgh');
    expect(first + (await readTimes(client, 5))).toBe('abcd\u00e5fgh');
  });
});

describe('a new connection', () => {
  it('meets the faults that are named, until others are', async () => {
    await using stage = await http((_, response) => response.end('fine'));
    stage.proxy.greet({ kind: 'reset' });
    await expect(answerOf(stage.proxy.url)).rejects.toThrow(/ECONNRESET|socket hang up/);
    stage.proxy.greet({ kind: 'delay', ms: 1 }, { kind: 'answer-502' });
    expect((await answerOf(stage.proxy.url)).statusCode).toBe(502);
    stage.proxy.heal();
    expect(await text(await answerOf(stage.proxy.url))).toBe('fine');
    expect(stage.proxy.total).toBe(3);
  });

  it('gets a 502 that the server never hears of', async () => {
    let asked = 0;
    await using stage = await http((_, response) => {
      asked += 1;
      response.end();
    });
    stage.proxy.greet({ kind: 'answer-502' });
    expect(await text(await answerOf(stage.proxy.url))).toContain('502 Bad Gateway');
    expect(asked).toBe(0);
  });

  it('reaches the server without its Upgrade, and other requests untouched', async () => {
    await using stage = await http((request, response) =>
      response.end(JSON.stringify([request.headers.upgrade ?? null, request.headers.connection])),
    );
    stage.proxy.greet({ kind: 'strip-upgrade' });
    const { hostname, port } = new URL(stage.proxy.url);
    const ask = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await new Promise<IncomingMessage>((resolve, reject) =>
        get({ hostname, port, headers, agent: false }, resolve).on('error', reject),
      );
      return JSON.parse(await text(answer));
    };
    expect(await ask({ Upgrade: 'websocket', Connection: 'Upgrade' })).toEqual([null, 'close']);
    expect(await ask({ Connection: 'keep-alive' })).toEqual([null, 'keep-alive']);
  });

  it('opens as a WebSocket and then carries nothing', async () => {
    await using stage = await webSockets();
    stage.proxy.greet({ kind: 'drop-after-101' });
    const client = new WebSocket(stage.url(stage.proxy));
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString()));
    await once(client, 'open');
    const [peer] = stage.opened;
    peer?.on('message', () => heard.push('the server'));
    peer?.send('one');
    client.send('two');
    // A second connection goes both ways after these were sent, so they would have come.
    stage.proxy.heal();
    const other = new WebSocket(stage.url(stage.proxy));
    await once(other, 'open');
    [...stage.opened].at(-1)?.send('three');
    expect(String((await once(other, 'message'))[0])).toBe('three');
    expect(heard).toEqual([]);
    client.terminate();
    other.terminate();
  });

  it('buffers event streams until enough has gathered, and nothing else', async () => {
    let stream: ServerResponse | undefined;
    await using stage = await http((request, response) => {
      if (request.url !== '/sse') {
        response.end('plain');
        return;
      }
      stream = response;
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.flushHeaders();
    });
    stage.proxy.greet({ kind: 'buffer-sse', bytes: 1_000 });
    expect(await text(await answerOf(`${stage.proxy.url}/`))).toBe('plain');
    const answer = await answerOf(`${stage.proxy.url}/sse`);
    const first = once(answer, 'data');
    const event = `data: ${'x'.repeat(392)}\n\n`;
    stream?.write(event);
    stream?.write(event);
    expect(answer.readableLength).toBe(0);
    stream?.write(event);
    expect(String((await first)[0])).toHaveLength(400);
    const rest = text(answer);
    stream?.end('data: last\n\n');
    expect(await rest).toContain('data: last');
  });
});

describe('a message that is swallowed', () => {
  it('is one WebSocket message; those before and after it arrive', async () => {
    await using stage = await webSockets();
    stage.proxy.greet({ kind: 'swallow', containing: '"b"' });
    const client = new WebSocket(stage.url(stage.proxy));
    const heard: string[] = [];
    client.on('message', (data: Buffer) => heard.push(data.toString().slice(0, 3)));
    await once(client, 'open');
    const [peer] = stage.opened;
    const filler = 'x'.repeat(200);
    for (const name of ['a', 'b', 'c', 'b']) peer?.send(`"${name}"${filler}`);
    peer?.close();
    await once(client, 'close');
    expect(heard).toEqual(['"a"', '"c"', '"b"']);
  });

  it('is one Server-Sent Event, also where several came together', async () => {
    await using stage = await http((_, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      response.write('data: a\n\n');
      response.write('data: b\n\ndata: lost\n\ndata: c\n\n');
      response.end('data: lost\n\n');
    });
    stage.proxy.greet({ kind: 'swallow', containing: 'lost' });
    expect(await text(await answerOf(stage.proxy.url))).toBe(
      'data: a\n\ndata: b\n\ndata: c\n\ndata: lost\n\n',
    );
  });
});
