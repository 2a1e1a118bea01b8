/** `greenlight publish`: events from an argument, from standard input, or from options. */
import { eventInputsFrom } from '@greenlight/protocol/decode';
import { isChannelName } from '@greenlight/protocol/channel';
import type { EventInput } from '@greenlight/protocol/event';
import { formatPosition } from '@greenlight/protocol/position';
import { text } from 'node:stream/consumers';
import { defineCommand, UsageError } from '../command.ts';
import { connect } from '../connect.ts';
import { EXIT } from '../exit-code.ts';
import { print } from '../output.ts';
import { findServer, SERVER_OPTIONS } from '../server-address.ts';
import { tellFailure } from '../tell-failure.ts';

export const command = defineCommand({
  usage: '<channel> [json | -] [options]',
  about:
    'Publishes an event, or several given as a JSON array, and prints the position of the last one. An event is JSON with at least a "type"; - reads it from standard input.',
  options: {
    type: { type: 'string', value: 'TYPE', about: "The event's type, instead of JSON." },
    data: { type: 'string', value: 'JSON', about: "With --type: the event's data." },
    'idempotency-key': {
      type: 'string',
      value: 'KEY',
      about: 'A repeat with the same key within 24 hours publishes nothing and prints the same position.',
    },
    json: { type: 'boolean', about: 'Print {"epoch", "offset", "durability", "duplicate"}.' },
    ...SERVER_OPTIONS,
  },
  examples: [
    `greenlight publish news '{"type": "note", "data": {"text": "hello"}}'`,
    `greenlight publish news --type note --data '{"text": "hello"}'`,
    'greenlight publish news - < events.json',
  ],
  async run(
    { type, data, json = false, 'idempotency-key': idempotencyKey, ...server },
    [channel, body, ...more],
  ) {
    if (channel === undefined) throw new UsageError('The channel is missing.');
    if (!isChannelName(channel)) throw new UsageError(`${JSON.stringify(channel)} is not a channel name.`);
    if (more.length > 0) throw new UsageError(`Nothing is expected after the event: ${more.join(' ')}.`);
    const events = type === undefined ? await eventsFrom(body) : eventFrom(type, data, body);
    const client = connect(findServer(server));
    const published = await client.publish(
      channel,
      events,
      idempotencyKey === undefined ? {} : { idempotencyKey },
    );
    client.close();
    if (!published.ok) {
      tellFailure(published);
      return EXIT.couldNotRun;
    }
    const { epoch, offset, durability, duplicate } = published;
    await print(
      json
        ? `${JSON.stringify({ epoch, offset, durability, duplicate })}\n`
        : `${formatPosition(published)}\n`,
    );
    return EXIT.clean;
  },
});

function eventFrom(type: string, data: string | undefined, body: string | undefined): readonly EventInput[] {
  if (body !== undefined) throw new UsageError('Give the event either as JSON or with --type.');
  return [{ type, ...(data !== undefined && { data: parse(data, '--data') }) }];
}

async function eventsFrom(body: string | undefined): Promise<readonly EventInput[]> {
  if (body === undefined)
    throw new UsageError('The event is missing: JSON, - for standard input, or --type.');
  const value = parse(body === '-' ? await text(process.stdin) : body, 'The event');
  const decoded = eventInputsFrom(Array.isArray(value) ? value : [value]);
  if (!decoded.ok) throw new UsageError(decoded.detail);
  return decoded.value;
}

function parse(json: string, what: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    throw new UsageError(`${what} is not valid JSON: ${(error as Error).message}.`, { cause: error });
  }
}
