import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { reportFailure } from '../../components/toasts.tsx';
import { ROLES, usersQuery, type NewUser, type User } from '../../data/accounts.ts';
import { failureOf, patch, post } from '../../data/api.ts';
import { CreateForm } from './create-form.tsx';
import { ShownOnce } from './shown-once.tsx';

type UserChange = { role?: string; disabled?: boolean; mustChangePassword?: boolean };

export function Users() {
  const queries = useQueryClient();
  const { data, error } = useQuery(usersQuery);
  const [created, setCreated] = useState<NewUser | null>(null);
  const [disabling, setDisabling] = useState<User | null>(null);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: usersQuery.queryKey });
  const change = async ({ user }: User, to: UserChange): Promise<void> => {
    await patch(`/api/v1/users/${encodeURIComponent(user)}`, to);
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
          <li
            key={user.user}
            data-user={user.user}
            className="flex flex-wrap items-center gap-2 border-t border-line px-3.5 py-2 first:border-0"
          >
            <div className="min-w-0 flex-1 basis-40">
              <span className="block truncate font-medium">{user.name}</span>
              <span className="block truncate text-xs text-muted">
                {user.user} · {user.state}
                {user.mustChangePassword && ' · must change the password'}
                {user.issuer !== undefined && ` · signs in at ${user.issuer}`}
              </span>
            </div>
            <select
              aria-label={`Role of ${user.user}`}
              value={user.role}
              onChange={({ target }) => void change(user, { role: target.value }).catch(reportFailure)}
              className="h-8 rounded-md border border-line-strong bg-surface px-2"
            >
              {ROLES.map((role) => (
                <option key={role}>{role}</option>
              ))}
            </select>
            {user.issuer === undefined && !user.mustChangePassword && (
              <Button onClick={() => void change(user, { mustChangePassword: true }).catch(reportFailure)}>
                Ask for a new password<span className="sr-only"> of {user.user}</span>
              </Button>
            )}
            {user.state === 'active' ? (
              <Button look="danger" onClick={() => setDisabling(user)}>
                Disable<span className="sr-only"> {user.user}</span>
              </Button>
            ) : (
              <Button onClick={() => void change(user, { disabled: false }).catch(reportFailure)}>
                Enable<span className="sr-only"> {user.user}</span>
              </Button>
            )}
          </li>
        ))}
        {data?.length === 0 && <li className="px-3.5 text-muted">Nobody has an account yet.</li>}
      </ul>
      <CreateForm
        what="user"
        label="User name"
        onCreate={async (user, role) => {
          setCreated(await post<NewUser>('/api/v1/users', { user, role }));
          await again();
        }}
      />
      {created?.password !== undefined && (
        <ShownOnce
          title={`First password of ${created.user}`}
          secret={created.password}
          onClose={() => setCreated(null)}
        />
      )}
      {disabling && (
        <Confirm
          title={`Disable ${disabling.user}`}
          deed="Disable"
          onClose={() => setDisabling(null)}
          onConfirm={() => change(disabling, { disabled: true })}
        >
          Their sessions and keys count for nothing until the account is enabled again, and their open
          connections end.
        </Confirm>
      )}
    </Panel>
  );
}
