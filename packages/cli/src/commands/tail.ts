/** `greenlight tail`: a channel's events as they come, over any number of reconnects. */
import { isChannelName } from '@greenlight/protocol/channel';
import { encodeFrame } from '@greenlight/protocol/encode';
import type { Publication } from '@greenlight/protocol/event';
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import { formatPosition, parseSince, type Since } from '@greenlight/protocol/position';
import { defineCommand, only, UsageError } from '../command.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-code.ts';
import { interruption } from '../interrupt.ts';
import { note, paint, print } from '../output.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';
import { tellFailure } from '../tell-failure.ts';
import { tellConnection } from '../tell-connection.ts';

export const command = defineCommand({
  usage: '<channel> [options]',
  about:
    "Prints a channel's events as they come, each once and in order, and reconnects by itself. Ends with Ctrl-C, --count or --until.",
  options: {
    since: {
      type: 'string',
      value: 'POSITION',
      about: 'earliest, or epoch:offset of the last event you have. Default: from now on.',
    },
    count: { type: 'string', value: 'N', about: 'Stop after so many events.' },
    until: { type: 'string', value: 'TYPE', about: 'Stop after an event of this type.' },
    json: { type: 'boolean', about: 'Print one event frame a line: channel, epoch, offset, event.' },
    ...SERVER_OPTIONS,
  },
  examples: [
    'greenlight tail workflows',
    'greenlight tail workflow:wf_01k9x0abcdefghijklmn --since earliest --until workflow.completed',
    'greenlight tail news --json --count 10 | jq .event.data',
  ],
  async run({ since: from, count: limit, until, json = false, ...server }, positionals) {
    const channel = only(positionals, 'channel');
    if (!isChannelName(channel)) throw new UsageError(`${JSON.stringify(channel)} is not a channel name.`);
    const since = sinceFrom(from);
    const count = countFrom(limit);
    const client = connect(findServer(server));
    const interrupted = interruption();
    const subscription = client.subscribe(channel, { since, onOutcome: tellOutcome });
    interrupted.addEventListener('abort', () => client.close());
    const refused = tellConnection(client);
    let seen = 0;
    let last: Publication | null = null;
    for await (const publication of subscription) {
      await print(json ? `${encodeFrame({ type: 'event', ...publication })}\n` : line(publication));
      last = publication;
      seen += 1;
      if (seen === count || publication.event.type === until) break;
    }
    client.close();
    if (last && !json) note(`go on with --since ${formatPosition(last)}`);
    if (refused() || subscription.outcome?.outcome === 'denied') return EXIT.couldNotRun;
    // Somebody who follows without an end in mind ends it with Ctrl-C: nothing is missing then.
    const unfinished = interrupted.aborted && (count !== null || until !== undefined);
    return unfinished ? EXIT.interrupted : EXIT.clean;
  },
});

function sinceFrom(text: string | undefined): Since {
  const since = parseSince(text ?? null);
  if (since === undefined)
    throw new UsageError(`--since is "earliest" or a position such as k3x9:42, not ${JSON.stringify(text)}.`);
  return since;
}

function countFrom(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9]\d*$/.test(text))
    throw new UsageError(`--count is a whole number from 1, not ${JSON.stringify(text)}.`);
  return Number(text);
}

function tellOutcome(outcome: SubscribeOutcome): void {
  if (outcome.outcome === 'denied') tellFailure(outcome);
  if (outcome.outcome === 'reset')
    note(
      `The position could not be honoured (${outcome.reason}); events may be missing. It goes on after ${outcome.position}.`,
    );
}

function line({ offset, event: { time, type, subject, data } }: Publication): string {
  const clock = new Date(time).toLocaleTimeString('en-GB');
  const body = data === undefined ? '' : ` ${JSON.stringify(data)}`;
  return `${paint('dim', `${clock} ${String(offset).padStart(6)}`)} ${paint('bold', type)}${subject === undefined ? '' : ` ${subject}`}${paint('dim', body)}\n`;
}
