import { CircleAlert } from 'lucide-react';
import type { Failure } from '../data/failure.ts';
import { CopyButton } from './copy-button.tsx';

/** What went wrong, what to do, and the id to look it up by. */
export function ProblemNote({ failure }: { failure: Failure }) {
  return (
    <div role="alert" className="flex gap-2.5 rounded-md border border-line bg-bad-soft px-3 py-2.5 text-sm">
      <CircleAlert className="mt-0.5 size-4 shrink-0 text-bad" aria-hidden />
      <div className="min-w-0">
        <p className="text-ink">{failure.detail}</p>
        {failure.fix && <p className="text-muted">{failure.fix}</p>}
        <p className="mt-1 flex flex-wrap items-center gap-x-2 font-mono text-2xs text-muted">
          {failure.code}
          {failure.attempt && (
            <>
              <span>attempt {failure.attempt}</span>
              <CopyButton text={failure.attempt} label="Copy the attempt id" />
            </>
          )}
        </p>
      </div>
    </div>
  );
}
