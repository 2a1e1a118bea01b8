/** A run's results, document by document: read page by page, and further as the run goes on. */
import type { Validation } from '@greenlight/protocol/review';
import { useEffect, useRef, useState } from 'react';
import { failureOf, get, type Listing } from './api.ts';
import type { Failure } from './failure.ts';

export type Results = {
  readonly validations: readonly Validation[];
  readonly complete: boolean;
  readonly failure: Failure | null;
};

const PAGE = 500;
/** While the run goes on, new results are asked for at most this often. */
const PAUSE_MS = 500;

const NOTHING: Results = { validations: [], complete: false, failure: null };

type Reader = {
  /** There may be more than at the last revision. */
  nudge(revision: number): void;
  /** Later checks may have added to documents that were read already: all of them are read once more. */
  again(): void;
  stop(): void;
};

function createReader(workflow: string, show: (results: Results) => void): Reader {
  const byId = new Map<string, Validation>();
  let after: string | undefined;
  let wanted = -1;
  let read = -2;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;

  async function readPages(): Promise<void> {
    let next: string | null | undefined;
    do {
      const page = await get<Listing<Validation>>('/api/v1/validations', { workflow, limit: PAGE, after });
      if (stopped) return;
      for (const item of page.items) byId.set(item.id, item);
      after = page.items.at(-1)?.id ?? after;
      ({ next } = page);
      show({ validations: [...byId.values()], complete: next == null, failure: null });
    } while (next != null);
  }

  async function run(): Promise<void> {
    timer = undefined;
    if (busy || stopped || read === wanted) return;
    busy = true;
    read = wanted;
    try {
      await readPages();
    } catch (error) {
      if (!stopped) show({ validations: [...byId.values()], complete: false, failure: failureOf(error) });
    }
    busy = false;
    if (read !== wanted) wake(PAUSE_MS);
  }

  function wake(pause: number): void {
    if (!stopped) timer ??= setTimeout(() => void run(), pause);
  }

  return {
    nudge(revision) {
      wanted = Math.max(wanted, revision);
      wake(read < 0 ? 0 : PAUSE_MS);
    },
    again() {
      after = undefined;
      wanted += 1;
      wake(0);
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** `revision` grows whenever there may be more; `ended` says that it will not change any more. */
export function useValidations(workflow: string, revision: number, ended: boolean): Results {
  const [results, setResults] = useState<Results>(NOTHING);
  const reader = useRef<Reader>(null);
  useEffect(() => {
    const mine = createReader(workflow, setResults);
    reader.current = mine;
    return () => mine.stop();
  }, [workflow]);
  useEffect(() => reader.current?.nudge(revision), [revision]);
  useEffect(() => {
    if (ended) reader.current?.again();
  }, [ended]);
  return results;
}
