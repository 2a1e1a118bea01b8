/** One answer after the other, each with what a socket would have carried. Loaded only where it is needed. */
import type { Transport } from '../transport.ts';
import { openRequests } from './requests.ts';

export const transport: Transport = {
  name: 'long-poll',
  open: (target, listener) =>
    openRequests(
      async ({ ask, frame, heartbeatMs }) => {
        for (let wait = 0; ; wait = Math.max(1, Math.floor(heartbeatMs() / 1_000))) {
          const answer = await ask('poll', 'application/json', { wait: String(wait) });
          const text = new TextDecoder('utf-8', { fatal: true }).decode(await answer.arrayBuffer());
          const { frames } = JSON.parse(text) as { readonly frames: readonly unknown[] };
          for (const each of frames) frame(each);
        }
      },
      target,
      listener,
    ),
};
