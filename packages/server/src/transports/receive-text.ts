/** What a client sends on its socket: text messages. `ws` bounds their size and checks that they are UTF-8. */
import type { RawData, WebSocket } from 'ws';
import type { Disconnect } from '../connections.ts';

export type TextReceiver = {
  readonly text: (text: string) => void;
  /** The message cannot be taken; end the connection with this. */
  readonly wrong: (disconnect: Disconnect) => void;
};

export function receiveText(websocket: WebSocket, { text, wrong }: TextReceiver): void {
  websocket.on('message', (data, isBinary) => {
    if (isBinary) wrong({ code: 'bad_request', reason: 'Messages are JSON text here, not binary.' });
    else text(toBuffer(data).toString());
  });
}

export function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
