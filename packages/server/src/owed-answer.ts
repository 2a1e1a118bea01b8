/** Answers that a socket still owes: requests may come one behind the other before the first is answered (RFC 9112 section 9.3.2). */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** `node:http` keeps the response in progress there and has no other way to ask for it. */
export const owedAnswer = (
  socket: Duplex & { readonly _httpMessage?: ServerResponse | null },
): ServerResponse | null => socket._httpMessage ?? null;

/** At once where nothing is owed. What is written before would be taken for the answer to another request. */
export function afterAnswers(socket: Duplex, act: () => void): void {
  const owed = owedAnswer(socket);
  if (owed) owed.once('close', () => setImmediate(afterAnswers, socket, act));
  else act();
}
