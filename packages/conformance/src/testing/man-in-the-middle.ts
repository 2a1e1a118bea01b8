/** Stands between the checks and a real server, and changes one thing that the server says. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type Json, parse } from '../speak/ask.ts';
import { connect } from '../speak/connect.ts';
import { type Frame, FrameReader, OPCODES } from '../speak/frame.ts';

export type SaidOverHttp = {
  readonly method: string;
  readonly path: string;
  status: number;
  headers: Record<string, string | string[] | undefined>;
  json: Json;
};

export type Deviation = {
  /** Changes an answer in place; streams excepted. */
  readonly answer?: (said: SaidOverHttp) => void;
  /** Gives another block of a stream, without the empty line behind it. */
  readonly block?: (block: string) => string;
  /** Gives another head of an accepted handshake; `offered` is what the client offered as subprotocols. */
  readonly opening?: (head: string, offered: string) => string;
  /** For one connection: gives what is said instead of a text frame. */
  readonly frames?: () => (frame: Json) => readonly Json[];
  /** Gives the bytes that are sent instead of a frame. */
  readonly bytes?: (frame: Frame, asItWas: Buffer) => Buffer;
};

export type ManInTheMiddle = AsyncDisposable & { readonly url: URL };

export async function manInTheMiddle(target: URL, deviation: Deviation): Promise<ManInTheMiddle> {
  const sockets = new Set<Duplex>();
  const server = createServer((incoming, response) => passOn({ target, deviation }, incoming, response));
  server.on('connection', (socket) => sockets.add(socket));
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex) => {
    const there = connect(target);
    sockets.add(there);
    passUpgradeOn({ target, deviation }, { incoming, socket, there });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

type Between = { readonly target: URL; readonly deviation: Deviation };

function passOn({ target, deviation }: Between, incoming: IncomingMessage, response: ServerResponse): void {
  const { method = '', url: path = '', headers } = incoming;
  const asked = request({ host: target.hostname, port: target.port, method, path, headers, agent: false });
  incoming.pipe(asked);
  asked.on('error', () => response.destroy());
  response.on('close', () => asked.destroy());
  asked.on('response', (answer) => {
    if (String(answer.headers['content-type']).startsWith('text/event-stream'))
      return passStreamOn(deviation, answer, response);
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      const bytes = Buffer.concat(chunks);
      const json = parse(bytes.toString());
      const { 'content-length': _length, ...kept } = answer.headers;
      const said = { method, path, status: answer.statusCode ?? 0, headers: kept, json };
      deviation.answer?.(said);
      response.writeHead(said.status, said.headers);
      response.end(said.json === null ? bytes : JSON.stringify(said.json));
    });
  });
}

function passStreamOn({ block: change }: Deviation, answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 0, answer.headers);
  let rest = '';
  answer.setEncoding('utf8');
  answer.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) response.write(`${change?.(block) ?? block}\n\n`);
  });
  answer.on('close', () => response.end());
}

type Ends = { readonly incoming: IncomingMessage; readonly socket: Duplex; readonly there: Socket };

function passUpgradeOn({ deviation }: Between, { incoming, socket, there }: Ends): void {
  const { method, url, httpVersion, rawHeaders } = incoming;
  const lines = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${rawHeaders[at + 1]}`] : []));
  there.write([`${method} ${url} HTTP/${httpVersion}`, ...lines, '\r\n'].join('\r\n'));
  socket.on('data', (chunk: Buffer) => there.write(chunk));
  socket.on('error', () => there.destroy());
  socket.on('close', () => there.destroy());
  there.on('close', () => socket.end());

  let head: Buffer | null = Buffer.alloc(0);
  const reader = new FrameReader();
  const instead = deviation.frames?.() ?? ((frame) => [frame]);
  const passFrameOn = (frame: Frame): void => {
    const payloads =
      frame.opcode === OPCODES.text && frame.payload[0] === 0x7b
        ? instead(parse(frame.payload.toString())).map((each) => Buffer.from(JSON.stringify(each)))
        : [frame.payload];
    for (const payload of payloads) {
      const bytes = serverFrame(frame.opcode, payload);
      socket.write(deviation.bytes?.({ ...frame, payload }, bytes) ?? bytes);
    }
  };
  there.on('data', (chunk: Buffer) => {
    if (head === null) return reader.push(chunk).forEach(passFrameOn);
    head = Buffer.concat([head, chunk]);
    const at = head.indexOf('\r\n\r\n') + 4;
    if (at < 4) return;
    const text = head.subarray(0, at).toString();
    const rest = head.subarray(at);
    const accepted = text.startsWith('HTTP/1.1 101');
    const offered = incoming.headers['sec-websocket-protocol'] ?? '';
    socket.write((accepted && deviation.opening?.(text, offered)) || text);
    if (!accepted) return void socket.write(rest);
    head = null;
    reader.push(rest).forEach(passFrameOn);
  });
}

function serverFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  if (length < 126) return Buffer.concat([Buffer.of(0x80 | opcode, length), payload]);
  if (length < 65_536)
    return Buffer.concat([Buffer.of(0x80 | opcode, 126, length >> 8, length & 0xff), payload]);
  const header = Buffer.alloc(10);
  header[0] = 0x80 | opcode;
  header[1] = 127;
  header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}
