import type { AccountInfo } from '@greenlight/protocol/account-info';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../components/confirm.tsx';
import { Field, INPUT } from '../../components/field.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { reportFailure } from '../../components/toasts.tsx';
import { usersQuery, type NewUser } from '../../data/accounts.ts';
import { failureOf, patch, post } from '../../data/api.ts';
import type { Me } from '../../data/session.ts';
import { CreateForm } from './create-form.tsx';
import { RoleField } from './role-field.tsx';
import { ShownOnce } from './shown-once.tsx';
import { UserRow, type UserChange } from './user-row.tsx';

const pathOf = ({ user }: AccountInfo): string => `/api/v1/users/${encodeURIComponent(user)}`;

export function Users({ me }: { me: Me }) {
  const queries = useQueryClient();
  const { data, error } = useQuery(usersQuery);
  /** Who has just got a password that is shown once. */
  const [given, setGiven] = useState<NewUser | null>(null);
  const [asking, setAsking] = useState<{ deed: 'disable' | 'reset'; user: AccountInfo } | null>(null);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: usersQuery.queryKey });
  const change = async (user: AccountInfo, to: UserChange): Promise<void> => {
    await patch(pathOf(user), to);
    await again();
  };
  const give = async (path: string, body: object): Promise<void> => {
    setGiven(await post<NewUser>(path, body));
    await again();
  };
  return (
    <Panel title="Users">
      <p className="px-3.5 pt-3 text-muted">
        A role is all that a person may do; a change or a disabled account reaches open connections within a
        second.
      </p>
      {error && (
        <div className="p-3">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      <ul className="py-2">
        {(data ?? []).map((user) => (
          <UserRow
            key={user.user}
            user={user}
            mine={user.user === me.user}
            onChange={(to) => void change(user, to).catch(reportFailure)}
            onDisable={() => setAsking({ deed: 'disable', user })}
            onReset={() => setAsking({ deed: 'reset', user })}
          />
        ))}
        {data?.length === 0 && <li className="px-3.5 text-muted">Nobody has an account yet.</li>}
      </ul>
      <CreateForm what="user" onCreate={(values) => give('/api/v1/users', values)}>
        <Field label="User name" hint="1 to 64 of a-z 0-9 . _ -">
          {(attributes) => (
            <input
              {...attributes}
              name="user"
              required
              maxLength={64}
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              className={INPUT}
            />
          )}
        </Field>
        <Field label="Name for people" optional>
          {(attributes) => (
            <input {...attributes} name="name" maxLength={200} autoComplete="off" className={INPUT} />
          )}
        </Field>
        <RoleField label="Role of the user" />
      </CreateForm>
      {given?.password !== undefined && (
        <ShownOnce
          title={`Password of ${given.user}`}
          secret={given.password}
          note="It has to be changed at the first sign-in."
          onClose={() => setGiven(null)}
        />
      )}
      {asking?.deed === 'disable' && (
        <Confirm
          title={`Disable ${asking.user.user}`}
          deed="Disable"
          onClose={() => setAsking(null)}
          onConfirm={() => change(asking.user, { disabled: true })}
        >
          Their sessions and keys count for nothing until the account is enabled again, and their open
          connections end.
        </Confirm>
      )}
      {asking?.deed === 'reset' && (
        <Confirm
          title={`Reset the password of ${asking.user.user}`}
          deed="Reset"
          onClose={() => setAsking(null)}
          onConfirm={() => give(`${pathOf(asking.user)}/password`, {})}
        >
          They get a random password, which is shown to you once and has to be changed at the next sign-in.
          Their sessions end now.
        </Confirm>
      )}
    </Panel>
  );
}
