import { useState, type FormEvent } from 'react';
import { Button } from '../../components/button.tsx';
import { Choice } from '../../components/choice.tsx';
import { INPUT } from '../../components/field.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { ROLES, type Role } from '../../data/accounts.ts';
import { failureOf } from '../../data/api.ts';
import type { Failure } from '../../data/failure.ts';

type Props = {
  /** What is created, as in "Create key". */
  what: string;
  label: string;
  onCreate: (name: string, role: Role) => Promise<void>;
};

/** A name and a role are all that is needed. */
export function CreateForm({ what, label, onCreate }: Props) {
  const [role, setRole] = useState<Role>('viewer');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);

  const create = async (form: HTMLFormElement): Promise<void> => {
    const name = new FormData(form).get('name');
    setBusy(true);
    setFailure(null);
    try {
      await onCreate(typeof name === 'string' ? name.trim() : '', role);
      form.reset();
    } catch (error) {
      setFailure(failureOf(error));
    }
    setBusy(false);
  };

  return (
    <form
      aria-label={`Create ${what}`}
      className="flex flex-col gap-2 border-t border-line px-3.5 py-3"
      onSubmit={(event: FormEvent<HTMLFormElement>) => {
        event.preventDefault();
        void create(event.currentTarget);
      }}
    >
      <div className="flex flex-wrap gap-2">
        <input
          name="name"
          required
          aria-label={label}
          placeholder={label}
          autoComplete="off"
          className={`${INPUT} h-8 max-w-56 flex-1`}
        />
        <Choice
          label={`Role of the ${what}`}
          every="viewer"
          options={ROLES.filter((known) => known !== 'viewer')}
          value={role === 'viewer' ? null : role}
          onChange={(chosen) => setRole(chosen ?? 'viewer')}
        />
        <Button type="submit" busy={busy}>
          Create {what}
        </Button>
      </div>
      {failure && <ProblemNote failure={failure} />}
    </form>
  );
}
