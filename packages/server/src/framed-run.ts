/** Publications of one channel that follow each other, offered and written as one: the cost of a burst is that of one message. */
import type { FramedPublication } from './framed-publication.ts';

export class FramedRun {
  readonly channel: string;
  readonly epoch: string;
  /** At least one; of one epoch, with consecutive offsets. */
  readonly publications: readonly FramedPublication[];
  readonly first: number;
  readonly last: number;
  #webSocket: Buffer | undefined;
  #sse: Buffer | undefined;

  constructor([head, ...tail]: readonly [FramedPublication, ...FramedPublication[]]) {
    this.channel = head.channel;
    this.epoch = head.epoch;
    this.publications = [head, ...tail];
    this.first = head.offset;
    this.last = head.offset + tail.length;
  }

  /** All of them as WebSocket messages. */
  get webSocket(): Buffer {
    return (this.#webSocket ??= join(this.publications.map(({ webSocket }) => webSocket)));
  }

  /** All of them as a stream that has only this channel sends them. */
  get sse(): Buffer {
    return (this.#sse ??= join(this.publications.map(({ sse }) => sse)));
  }
}

function join(parts: readonly Buffer[]): Buffer {
  return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
}

/** In the order in which they came. Announcements may repeat, skip and reorder, and each time that makes a run of its own. */
export function runsOf(publications: readonly FramedPublication[]): FramedRun[] {
  const runs: [FramedPublication, ...FramedPublication[]][] = [];
  for (const publication of publications) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && before.epoch === publication.epoch && before.offset + 1 === publication.offset)
      run.push(publication);
    else runs.push([publication]);
  }
  return runs.map((run) => new FramedRun(run));
}
