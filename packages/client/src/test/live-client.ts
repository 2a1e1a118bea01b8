/** A client that ends with its test, and what tests wait for. */
import type { Publication } from '@greenlight/protocol/event';
import type { SubscribeOutcome } from '@greenlight/protocol/frames';
import type { Since } from '@greenlight/protocol/position';
import { type Client, type ClientOptions, createClient } from '../client.ts';
import type { Status } from '../status.ts';

export function connect(options: ClientOptions): Client & Disposable {
  const client = createClient(options);
  return Object.assign(client, { [Symbol.dispose]: () => client.close() });
}

/** Resolves with the first status, now or later, for which `test` holds. */
export function statusWhen(client: Client, test: (status: Status) => boolean): Promise<Status> {
  const { promise, resolve } = Promise.withResolvers<Status>();
  const look = (status: Status): void => {
    if (test(status)) resolve(status);
  };
  client.status.subscribe(look);
  look(client.status.current);
  return promise;
}

/** What a subscription hands over, to be waited for. */
export function collect(client: Client, channel: string, since: Since = null) {
  const data: unknown[] = [];
  const offsets: number[] = [];
  const outcomes: SubscribeOutcome[] = [];
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const look of waiting) look();
  };
  const until = (test: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!test()) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const onOutcome = (outcome: SubscribeOutcome): void => {
    outcomes.push(outcome);
    wake();
  };
  const subscription = client.subscribe(channel, { since, onOutcome }, ({ offset, event }: Publication) => {
    data.push(event.data);
    offsets.push(offset);
    wake();
  });
  return {
    subscription,
    data,
    offsets,
    outcomes,
    hasData: (count: number) => until(() => data.length >= count),
    hasOutcomes: (count: number) => until(() => outcomes.length >= count),
  };
}
