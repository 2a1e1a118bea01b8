/** One run over documents that nobody here wrote, read in every way there is. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { EventPush, ServerFrame } from '@greenlight/protocol/frames';
import { type GatewayProcess, startGateway } from '@greenlight/testkit/start-gateway';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';

const repository = resolve(import.meta.dirname, '../../..');
const LAST = 'workflow.completed';

/** The documents of the installed packages, in a folder of their own. */
async function strangersDocuments(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'greenlight-documents-'));
  const files = globSync('node_modules/*/*.md', { cwd: repository });
  await Promise.all(
    files.map((file) =>
      cp(
        join(repository, file),
        join(folder, dirname(file).replace('node_modules/', ''), file.split('/').at(-1) ?? ''),
      ),
    ),
  );
  return folder;
}

const lineOf = ({ offset, event }: EventPush): string => `${offset} ${event.id} ${event.type}`;
const ended = ({ event }: EventPush): boolean => event.type === LAST;

async function* sseFrames({ url, apiKey }: GatewayProcess, id: string): AsyncIterable<EventPush> {
  const response = await fetch(`${url}/api/v1/workflows/${id}/stream`, {
    headers: { authorization: `Bearer ${apiKey}` },
  });
  let rest = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = /^data: ?(.*)$/m.exec(block)?.[1];
      if (data) yield JSON.parse(data) as EventPush;
    }
  }
}

async function* pollFrames({ url, apiKey }: GatewayProcess, id: string): AsyncIterable<EventPush> {
  let since = 'earliest';
  for (;;) {
    const response = await fetch(`${url}/api/v1/poll?channels=workflow:${id}&since=${since}&wait=10`, {
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const { position, events } = (await response.json()) as { position: string; events: EventPush[] };
    yield* events;
    since = position;
  }
}

/** Through `ws`, with or without the full protocol. */
async function* socketFrames(url: string, key: string, channel?: string): AsyncIterable<EventPush> {
  const headers = { authorization: `Bearer ${key}` };
  const socket =
    channel === undefined
      ? new WebSocket(url, { headers })
      : new WebSocket(url, 'greenlight.v1', { headers });
  const frames = new ReadableStream<ServerFrame>({
    start(controller) {
      socket.on('message', (data: Buffer) => controller.enqueue(JSON.parse(data.toString()) as ServerFrame));
      socket.on('error', (error) => controller.error(error));
    },
  });
  try {
    for await (const frame of frames) {
      if (frame.type === 'welcome')
        socket.send(JSON.stringify({ id: 1, type: 'subscribe', channels: { [channel ?? '']: 'earliest' } }));
      if (frame.type === 'event') yield frame;
    }
  } finally {
    socket.terminate();
  }
}

async function readToEnd(frames: AsyncIterable<EventPush>): Promise<string[]> {
  const lines: string[] = [];
  for await (const frame of frames) {
    lines.push(lineOf(frame));
    if (ended(frame)) break;
  }
  return lines;
}

async function tail({ url, apiKey }: GatewayProcess, id: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      join(repository, 'packages/cli/bin/greenlight.mjs'),
      'tail',
      `workflow:${id}`,
      '--since',
      'earliest',
      '--json',
      '--until',
      LAST,
      '--url',
      url,
    ],
    { env: { PATH: process.env['PATH'], GREENLIGHT_API_KEY: apiKey }, maxBuffer: 1 << 26 },
  );
  return stdout
    .trim()
    .split('\n')
    .map((line) => lineOf(JSON.parse(line) as EventPush));
}

it('[P2] REST, SSE, long-poll, both kinds of socket and the command line see the same events with the same offsets', async () => {
  const cwd = await strangersDocuments();
  await using gateway = await startGateway({ cwd });
  const { url, apiKey } = gateway;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ kind: 'validation', input: { paths: ['.'] } });
  const created = await fetch(`${url}/api/v1/workflows`, { method: 'POST', headers, body });
  const { id } = (await created.json()) as { id: string };
  const sockets = url.replace('http', 'ws');

  const [sse, poll, plain, full, cli] = await Promise.all([
    readToEnd(sseFrames(gateway, id)),
    readToEnd(pollFrames(gateway, id)),
    readToEnd(socketFrames(`${sockets}/ws/${id}`, apiKey)),
    readToEnd(socketFrames(`${sockets}/api/v1/ws`, apiKey, `workflow:${id}`)),
    tail(gateway, id),
  ]);
  const history = await fetch(`${url}/api/v1/channels/workflow:${id}/history?limit=1000`, { headers });
  const { events } = (await history.json()) as { events: EventPush[] };

  const logged = events.map(lineOf);
  expect(logged.length).toBeGreaterThan(20);
  expect(logged.map((line) => Number(line.split(' ')[0]))).toEqual(logged.map((_, at) => at + 1));
  expect({ sse, poll, plain, full, cli }).toEqual({
    sse: logged,
    poll: logged,
    plain: logged,
    full: logged,
    cli: logged,
  });
}, 60_000);
