/** Events about runs, and the channels that they go to. */
import { userChannel, workflowChannel } from '@greenlight/protocol/channel';
import type { Event, EventInput } from '@greenlight/protocol/event';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { type Random, randomText } from './run-id.ts';

export type EventMaker = (input: EventInput) => Event;

/** Fills in what an emitter leaves out: id, source `/greenlight/<node>`, time. */
export function createEventMaker(options: { clock: () => number; random: Random; node: string }): EventMaker {
  const { clock, random, node } = options;
  const source = `/greenlight/${node}`;
  return (input) => ({
    id: `ev_${randomText(20, random)}`,
    source,
    time: new Date(clock()).toISOString(),
    specversion: '1.0',
    ...input,
  });
}

/** Where everybody who may see a run learns of it without watching it: `workflows`, for a private run its owner's channel. */
export const overviewChannel = (run: Pick<RunSnapshot, 'owner' | 'private'>): string =>
  commonChannel(run, 'workflows');

/** `channel`, unless the run is private: then its owner's own. */
export const commonChannel = (run: Pick<RunSnapshot, 'owner' | 'private'>, channel: string): string =>
  run.private ? userChannel(run.owner) : channel;

export type ChannelEvent = { readonly channel: string; readonly event: Event };

/** The appends of one transaction: one for each channel, the run's own first, events in the order given. */
export function appendsFor(
  runId: string,
  events: readonly ChannelEvent[],
): { channel: string; events: readonly Event[] }[] {
  const own = workflowChannel(runId);
  const byChannel = new Map<string, Event[]>();
  if (events.some(({ channel }) => channel === own)) byChannel.set(own, []);
  for (const { channel, event } of events) {
    const list = byChannel.get(channel);
    if (list) list.push(event);
    else byChannel.set(channel, [event]);
  }
  return [...byChannel].map(([channel, list]) => ({ channel, events: list }));
}
