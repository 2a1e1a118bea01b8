/** Frames as text. Event frames are composed around event JSON that the log already holds, so that it is encoded once. */
import type { ServerFrame } from './frames.ts';

export function encodeFrame(frame: ServerFrame): string {
  return JSON.stringify(frame);
}

/** The event frame of a publication whose event is already JSON. */
export function encodeEventFrame(channel: string, epoch: string, offset: number, eventJson: string): string {
  return `{"type":"event","channel":${JSON.stringify(channel)},"epoch":"${epoch}","offset":${offset},"event":${eventJson}}`;
}
