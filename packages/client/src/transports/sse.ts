/** Server-Sent Events by `fetch`, so that a refusal can be read. Loaded only where it is needed. */
import type { Transport } from '../transport.ts';
import { openRequests } from './requests.ts';

export const transport: Transport = {
  name: 'sse',
  open: (target, listener) =>
    openRequests(
      async ({ ask, frame }) => {
        const { body } = await ask('sse', 'text/event-stream');
        const reader = body?.pipeThrough(new TextDecoderStream('utf-8', { fatal: true })).getReader();
        let rest = '';
        for (;;) {
          const { value, done = true } = (await reader?.read()) ?? {};
          if (done) return;
          const messages = (rest + value).split('\n\n');
          rest = messages.pop() ?? '';
          for (const message of messages)
            for (const line of message.split('\n'))
              if (line.startsWith('data: ')) frame(JSON.parse(line.slice(6)));
        }
      },
      target,
      listener,
    ),
};
