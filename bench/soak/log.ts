/** A channel as the log has it, asked without a proxy in between. */
import type { EventPush } from '@greenlight/protocol/frames';
import { formatPosition, type Position } from '@greenlight/protocol/position';
import type { Sight } from '@greenlight/testkit/history/check-history';
import type { GatewayProcess } from '@greenlight/testkit/start-gateway';

/** `sights`: what a reader would see who reads it from its beginning to its end. */
export type Log = { readonly head: Position; readonly sights: readonly Sight[] };

type Page = {
  readonly epoch: string;
  readonly head: number;
  readonly earliest: number;
  readonly events: readonly EventPush[];
  readonly next?: string;
};

export async function readLog({ url, apiKey }: GatewayProcess, channel: string): Promise<Log> {
  const sights: Sight[] = [];
  for (let since = 'earliest'; ;) {
    const address = `${url}/api/v1/channels/${channel}/history?limit=5000&since=${since}`;
    const response = await fetch(address, { headers: { authorization: `Bearer ${apiKey}` } });
    if (!response.ok) throw new Error(`The log of ${channel} cannot be read: ${await response.text()}`);
    const { epoch, head, earliest, events, next } = (await response.json()) as Page;
    if (since === 'earliest') {
      const position = formatPosition({ epoch, offset: earliest - 1 });
      sights.push({ saw: 'outcome', outcome: { outcome: 'continued', position } });
    }
    for (const { offset, event } of events) sights.push({ saw: 'event', epoch, offset, id: event.id });
    if (next === undefined) return { head: { epoch, offset: head }, sights };
    since = next;
  }
}
