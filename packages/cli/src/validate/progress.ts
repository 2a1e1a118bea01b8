/** How a validation is going, on standard error: one live line on a terminal, a few plain lines elsewhere. */
import { isTerminal, liveLine } from '../output.ts';

export interface Progress {
  /** What is being done now: `checking links`. */
  stage(name: string): void;
  files(completed: number, total: number): void;
  /** Takes the live line away. */
  end(): void;
}

export function showProgress(): Progress {
  return isTerminal() ? live() : plain();
}

const BAR = 24;
/** A terminal shows no more, and each write costs. */
const FRAME_MS = 50;

function live(): Progress {
  const line = liveLine();
  let stage = 'looking for documents';
  let counted = '';
  let shownAt = 0;
  const show = (): void => {
    shownAt = performance.now();
    line.show(`${counted}${stage}`);
  };
  return {
    stage(name) {
      stage = name;
      show();
    },
    files(completed, total) {
      const done = total === 0 ? BAR : Math.floor((completed / total) * BAR);
      counted = `${'█'.repeat(done)}${'░'.repeat(BAR - done)} ${completed}/${total} `;
      if (completed === total || performance.now() - shownAt >= FRAME_MS) show();
    },
    end: () => line.clear(),
  };
}

/** At most ten lines for the files, however many there are. */
function plain(): Progress {
  let told = -1;
  return {
    stage: (name) => process.stderr.write(`${name}\n`),
    files(completed, total) {
      const tenth = total === 0 ? 10 : Math.floor((completed / total) * 10);
      if (tenth === told) return;
      told = tenth;
      process.stderr.write(`${completed}/${total} documents\n`);
    },
    end: () => undefined,
  };
}
