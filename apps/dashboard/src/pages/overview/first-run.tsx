import { FileCheck2 } from 'lucide-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button } from '../../components/button.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf } from '../../data/api.ts';
import type { Failure } from '../../data/failure.ts';
import { maySteer, type Me } from '../../data/session.ts';
import { OWN_DOCS, startValidation } from '../../data/start-validation.ts';
import { openStartDialog } from '../start/start-dialog-state.ts';

/** Before anything ran: one button that does something real. */
export function FirstRun({ me }: { me: Me }) {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const start = async (): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      navigate(`/runs/${(await startValidation(OWN_DOCS)).id}`);
    } catch (error) {
      setFailure(failureOf(error));
      setBusy(false);
    }
  };

  return (
    <section className="flex flex-col gap-4 rounded-lg border border-line bg-surface p-5 sm:flex-row sm:items-center">
      <span className="flex size-10 shrink-0 items-center justify-center rounded-lg border border-line bg-sunken text-muted">
        <FileCheck2 className="size-5" aria-hidden />
      </span>
      <div className="min-w-0 flex-1">
        <h2 className="text-base font-semibold">Start with the docs you have</h2>
        <p className="text-muted">
          Checks every Markdown file at the top of this folder and in{' '}
          <code className="font-mono text-xs">docs</code>, while you watch. It changes nothing.
        </p>
        {failure && (
          <div className="mt-3">
            <ProblemNote failure={failure} />
          </div>
        )}
      </div>
      {maySteer(me) && (
        <div className="flex flex-wrap gap-2">
          <Button look="primary" busy={busy} onClick={() => void start()}>
            Validate these docs
          </Button>
          <Button onClick={() => openStartDialog()}>Choose…</Button>
        </div>
      )}
    </section>
  );
}
