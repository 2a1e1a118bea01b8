import { useState, type FormEvent, type ReactNode } from 'react';
import { Button } from '../../components/button.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { failureOf } from '../../data/api.ts';
import type { Failure } from '../../data/failure.ts';

type Props = {
  /** What is created, as in "Create key". */
  what: string;
  /** Gets what was filled in, by field, trimmed; what is empty is left out. */
  onCreate: (values: Readonly<Record<string, string>>) => Promise<void>;
  /** The fields. */
  children: ReactNode;
};

export function CreateForm({ what, onCreate, children }: Props) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const create = async (form: HTMLFormElement): Promise<void> => {
    setBusy(true);
    setFailure(null);
    try {
      await onCreate(valuesIn(form));
      form.reset();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  return (
    <form
      aria-label={`Create ${what}`}
      className="flex flex-col gap-3 border-t border-line px-3.5 py-3"
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault();
        void create(event.currentTarget);
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">{children}</div>
      {failure && <ProblemNote failure={failure} />}
      <Button type="submit" busy={busy} className="self-start">
        Create {what}
      </Button>
    </form>
  );
}

function valuesIn(form: HTMLFormElement): Readonly<Record<string, string>> {
  const filled: Record<string, string> = {};
  for (const [name, value] of new FormData(form))
    if (typeof value === 'string' && value.trim() !== '') filled[name] = value.trim();
  return filled;
}
