/** The head of an HTTP/1.1 message: as much of HTTP as the faults have to know. */
import type { Filter } from './flow.ts';

const END = '\r\n\r\n';

/** What to make of a head (without the empty line), and of everything after it; null lets the rest pass. */
export type Rewritten = { readonly head: string; readonly body: Filter | null };

/** Gathers the first head, hands it over once it is whole, and goes on as told. */
export function onHead(rewrite: (head: string) => Rewritten): Filter {
  let gathered = Buffer.alloc(0);
  let body: Filter | null | undefined;
  return {
    pass(bytes) {
      if (body !== undefined) return body ? body.pass(bytes) : bytes;
      gathered = Buffer.concat([gathered, bytes]);
      const at = gathered.indexOf(END);
      if (at < 0) return Buffer.alloc(0);
      const { head, body: next } = rewrite(gathered.toString('latin1', 0, at));
      body = next;
      const rest = gathered.subarray(at + END.length);
      return Buffer.concat([Buffer.from(head + END, 'latin1'), next ? next.pass(rest) : rest]);
    },
  };
}

const EVENT_STREAM = /^content-type:\s*text\/event-stream/im;

/** Whether these bytes hold the head of an event stream; where its body begins, else -1. */
export function eventStreamBody(bytes: Buffer): number {
  const at = bytes.indexOf(END);
  return at >= 0 && EVENT_STREAM.test(bytes.toString('latin1', 0, at)) ? at + END.length : -1;
}
