/** What a client sends on its socket: text messages of a bounded size. */
import type { RawData, WebSocket } from 'ws';
import type { Disconnect } from '../connections.ts';

export type TextReceiver = {
  readonly messageBytes: number;
  readonly text: (text: string) => void;
  /** The message cannot be taken; end the connection with this. */
  readonly wrong: (disconnect: Disconnect) => void;
};

export function receiveText(websocket: WebSocket, { messageBytes, text, wrong }: TextReceiver): void {
  websocket.on('message', (data, isBinary) => {
    const bytes = toBuffer(data);
    if (bytes.length > messageBytes)
      wrong({ code: 'too_large', reason: `A message may have ${messageBytes} bytes, not ${bytes.length}.` });
    else if (isBinary) wrong({ code: 'bad_request', reason: 'Messages are JSON text here, not binary.' });
    else text(bytes.toString());
  });
}

export function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}
