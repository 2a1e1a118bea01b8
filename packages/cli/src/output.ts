/** Words on standard output are the result; everything about how it is going is on standard error. */
import { styleText } from 'node:util';

type Colour = Parameters<typeof styleText>[0];

/** Waits where the reader is slower, as a pipe may be. */
export async function print(text: string): Promise<void> {
  if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
}

/** `styleText` leaves colours out where the stream is no terminal, and respects NO_COLOR and FORCE_COLOR. */
export const paint = (colour: Colour, text: string): string =>
  styleText(colour, text, { stream: process.stdout });

export function note(text: string): void {
  process.stderr.write(`greenlight: ${text}\n`);
}

export const isTerminal = (): boolean => process.stderr.isTTY;

/** A line that is written over again and again; nothing where there is no terminal. */
export function liveLine(): { show(text: string): void; clear(): void } {
  const { stderr } = process;
  return {
    show(text) {
      if (stderr.isTTY) stderr.write(`\r\u001B[2K${text.slice(0, stderr.columns - 1)}`);
    },
    clear() {
      if (stderr.isTTY) stderr.write('\r\u001B[2K');
    },
  };
}

/** Whoever reads us may stop early, as `head` does: that is no failure. */
export function endQuietlyOnClosedPipe(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}
