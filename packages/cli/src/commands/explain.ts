/** `greenlight explain`: what became of one attempt, and why. */
import type { AttemptTrace } from '@greenlight/protocol/attempt-trace';
import { isAttemptId } from '@greenlight/protocol/problem';
import { ask, askOrTell } from '../ask.ts';
import { defineCommand, only, UsageError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { drawAttempt, type Verdict } from '../explain/draw-attempt.ts';
import { note, print } from '../output.ts';
import { findServerForAnybody, SERVER_OPTIONS } from '../server-address.ts';

export const command = defineCommand({
  usage: '<attempt> [options]',
  about:
    'Says why an attempt was refused: stage by stage, what happened and what to do. With the key of an operator also what the server saw of it; without, what anybody may know. A server knows an attempt for ten minutes.',
  options: {
    json: {
      type: 'boolean',
      about: 'Print {"verdict", "trace"}; trace is null without the key of an operator.',
    },
    ...SERVER_OPTIONS,
  },
  examples: ['greenlight explain Zk0w3yq1V8mX2aP7rT5bNg', 'greenlight explain Zk0w3yq1V8mX2aP7rT5bNg --json'],
  async run({ json = false, ...asked }, positionals) {
    const attempt = only(positionals, 'attempt');
    if (!isAttemptId(attempt))
      throw new UsageError(
        `An attempt's id has 22 characters of A-Z a-z 0-9 _ and -, not ${JSON.stringify(attempt)}.`,
      );
    const server = findServerForAnybody(asked);
    const answer = await askOrTell({ ...server, key: null }, `api/v1/handshakes/${attempt}`);
    if (answer === null) return EXIT.couldNotRun;
    const verdict = JSON.parse(answer) as Verdict;
    const trace = server.key === null ? null : await traceOf(attempt, server);
    await print(json ? `${JSON.stringify({ verdict, trace })}\n` : drawAttempt(verdict, trace));
    return EXIT.clean;
  },
});

/** Null for who is no operator. */
async function traceOf(attempt: string, server: Parameters<typeof ask>[0]): Promise<AttemptTrace | null> {
  const answer = await ask(server, `api/v1/handshakes?attempt=${attempt}`);
  if (answer.ok) return (JSON.parse(answer.text) as { items: readonly AttemptTrace[] }).items[0] ?? null;
  note(`Only what anybody may know of it, because the key may not see more (${answer.failure.code}).`);
  return null;
}
