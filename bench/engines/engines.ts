/** Everything that is measured, how it is named, and how its subscribers speak. */
import { longPoll, sse } from '../load/http.ts';
import type { Dialect } from '../load/reader.ts';
import { greenlightLater, greenlightWebSocket, plainWebSocket, socketIo } from '../load/websocket.ts';

export type EngineName = 'greenlight' | 'sse' | 'long-poll' | 'later' | 'bare' | 'ws' | 'socket.io' | 'c';

type Engine = {
  readonly title: string;
  /** In this folder; C is compiled first. */
  readonly file: string;
  readonly dialect: Dialect;
};

export const ENGINES: Readonly<Record<EngineName, Engine>> = {
  greenlight: { title: 'Greenlight', file: 'greenlight.ts', dialect: greenlightWebSocket },
  sse: { title: 'Greenlight, SSE', file: 'greenlight.ts', dialect: sse },
  'long-poll': { title: 'Greenlight, long-poll', file: 'greenlight.ts', dialect: longPoll },
  later: { title: 'Greenlight, to resume', file: 'greenlight.ts', dialect: greenlightLater },
  bare: { title: 'the bare engine', file: 'bare.ts', dialect: plainWebSocket },
  ws: { title: '`ws`', file: 'ws.ts', dialect: plainWebSocket },
  'socket.io': { title: 'Socket.IO', file: 'socket-io.ts', dialect: socketIo },
  c: { title: 'C', file: '../c/limit.c', dialect: plainWebSocket },
};
