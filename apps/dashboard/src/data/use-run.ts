/** One run, live, with the log of its events. */
import { workflowChannel } from '@greenlight/protocol/channel';
import type { Publication } from '@greenlight/protocol/event';
import { formatPosition } from '@greenlight/protocol/position';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { useEffect, useState } from 'react';
import { failureOf, get } from './api.ts';
import type { Failure } from './failure.ts';
import { watch } from './live.ts';
import { LOG_KEPT, NO_RUN, withHistory, withPublications, withSnapshot, type RunView } from './run-view.ts';

export type RunAnswer = RunView & { readonly failure: Failure | null };

const PAGE = 1_000;

/** The events before `offset`, oldest first, page by page. */
async function readLog(
  id: string,
  { epoch, offset }: { epoch: string; offset: number },
  take: (page: readonly Publication[]) => boolean,
): Promise<void> {
  for (let after = Math.max(0, offset - LOG_KEPT); after < offset;) {
    const { events } = await get<{ events: readonly Publication[] }>(
      `/api/v1/workflows/${encodeURIComponent(id)}/events`,
      { since: formatPosition({ epoch, offset: after }), limit: PAGE },
    );
    const last = events.at(-1);
    if (!last || !take(events)) return;
    after = last.offset;
  }
}

/** For one id as long as the component lives: give it a `key`. */
export function useRun(id: string): RunAnswer {
  const [view, setView] = useState<RunView>(NO_RUN);
  const [failure, setFailure] = useState<Failure | null>(null);

  useEffect(() => {
    let on = true;
    const fail = (error: unknown): void => {
      if (on) setFailure(failureOf(error));
    };
    // An id of another shape has a channel like any other, only without events; this is who can tell.
    get<RunSnapshot>(`/api/v1/workflows/${encodeURIComponent(id)}`).catch(fail);
    const stop = watch(workflowChannel(id), {
      onSnapshot: (push) => {
        setView((known) => withSnapshot(known, push, Date.now()));
        readLog(id, push, (page) => {
          if (on) setView((known) => withHistory(known, page));
          return on;
        }).catch(fail);
      },
      onPublications: (publications) => setView((known) => withPublications(known, publications, Date.now())),
      onOutcome: (outcome) => {
        if (outcome.outcome !== 'denied') return;
        const { code, detail } = outcome;
        setFailure({ status: code === 'channel_not_found' ? 404 : 403, code, detail });
      },
    });
    return () => {
      on = false;
      stop();
    };
  }, [id]);

  return { ...view, failure };
}
