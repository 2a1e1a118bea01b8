import { useState, type FormEvent } from 'react';
import { Button } from './button.tsx';
import { Field, INPUT } from './field.tsx';
import { ProblemNote } from './problem-note.tsx';
import { failureOf } from '../data/api.ts';
import { client } from '../data/client.ts';
import type { Failure } from '../data/failure.ts';
import { changePassword, signOut } from '../data/session.ts';
import { reportFailure } from './toasts.tsx';

const SHORTEST = 12;

/** Until this is done the server answers nothing else. */
export function NewPassword({ reason = null }: { reason?: Failure | null }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const change = async (form: FormData): Promise<void> => {
    const [current, next] = [form.get('current'), form.get('next')];
    if (typeof current !== 'string' || typeof next !== 'string') return;
    setBusy(true);
    try {
      await changePassword(current, next);
      client.retry();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  return (
    <form
      className="mt-1 flex flex-col gap-3"
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault();
        void change(new FormData(event.currentTarget));
      }}
    >
      {reason && <p className="text-muted">{reason.detail}</p>}
      <Field label="Password now">
        {(attributes) => (
          <input
            {...attributes}
            name="current"
            type="password"
            required
            autoComplete="current-password"
            className={INPUT}
          />
        )}
      </Field>
      <Field
        label="New password"
        hint={`At least ${SHORTEST} characters. Every other session of yours ends.`}
      >
        {(attributes) => (
          <input
            {...attributes}
            name="next"
            type="password"
            required
            minLength={SHORTEST}
            autoComplete="new-password"
            className={INPUT}
          />
        )}
      </Field>
      {failure && <ProblemNote failure={failure} />}
      <Button look="primary" type="submit" busy={busy}>
        Change the password
      </Button>
      <Button look="quiet" onClick={() => void signOut().catch(reportFailure)}>
        Sign in as somebody else
      </Button>
    </form>
  );
}
