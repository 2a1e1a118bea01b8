/** One run as its page shows it: the snapshot, and the log of its events. Pure. */
import { applyDelta } from '@greenlight/protocol/apply-delta';
import type { Publication } from '@greenlight/protocol/event';
import type { SnapshotPush } from '@greenlight/protocol/frames';
import type { RunSnapshot } from '@greenlight/protocol/run';
import { addSample, type Sample } from './time-left.ts';

export type RunView = {
  readonly run: RunSnapshot | null;
  readonly epoch: string;
  /** The run is as of this offset of its channel. */
  readonly offset: number;
  /** In order, each once. */
  readonly log: readonly Publication[];
  readonly samples: readonly Sample[];
};

export const NO_RUN: RunView = { run: null, epoch: '', offset: 0, log: [], samples: [] };

/** A later visitor of a long run reads no more than this; older events are in the run's report and in the log. */
export const LOG_KEPT = 5_000;

export function withSnapshot(view: RunView, push: SnapshotPush, now: number): RunView {
  const run = push.state as RunSnapshot;
  const sameEpoch = view.epoch === push.epoch;
  return {
    run,
    epoch: push.epoch,
    offset: push.offset,
    log: sameEpoch ? view.log : [],
    samples: sampled(view.samples, run, now),
  };
}

export function withPublications(view: RunView, publications: readonly Publication[], now: number): RunView {
  let { run, offset } = view;
  for (const publication of publications) {
    if (run === null || publication.epoch !== view.epoch || publication.offset <= offset) continue;
    run = applyDelta(run, publication);
    ({ offset } = publication);
  }
  return {
    ...view,
    run,
    offset,
    log: mergeLog(view.log, publications),
    samples: run ? sampled(view.samples, run, now) : view.samples,
  };
}

/** Older events, read from the log. */
export const withHistory = (view: RunView, publications: readonly Publication[]): RunView => ({
  ...view,
  log: mergeLog(
    view.log,
    publications.filter(({ epoch }) => epoch === view.epoch),
  ),
});

function mergeLog(log: readonly Publication[], incoming: readonly Publication[]): readonly Publication[] {
  const last = log.at(-1)?.offset ?? 0;
  const first = incoming[0];
  if (!first) return log;
  if (first.offset > last) return [...log, ...incoming].slice(-LOG_KEPT);
  const byOffset = new Map(log.map((publication) => [publication.offset, publication]));
  for (const publication of incoming) byOffset.set(publication.offset, publication);
  return [...byOffset.values()].toSorted((one, other) => one.offset - other.offset).slice(-LOG_KEPT);
}

/** Only a running run has a pace. */
function sampled(
  samples: readonly Sample[],
  { state, progress }: RunSnapshot,
  now: number,
): readonly Sample[] {
  return state === 'running' ? addSample(samples, { at: now, completed: progress.completed }) : [];
}
