import type { AccountInfo } from '@greenlight/protocol/account-info';
import { ROLES } from '@greenlight/protocol/role';
import { Button } from '../../components/button.tsx';
import { You } from '../../components/you.tsx';

export type UserChange = { role?: string; disabled?: boolean; mustChangePassword?: boolean };

type Props = {
  user: AccountInfo;
  mine: boolean;
  onChange: (to: UserChange) => void;
  onDisable: () => void;
  onReset: () => void;
};

export function UserRow({ user, mine, onChange, onDisable, onReset }: Props) {
  const { user: id, name, role, state, mustChangePassword, issuer } = user;
  const own = issuer === undefined;
  return (
    <li
      data-user={id}
      data-state={state}
      className="flex flex-wrap items-center gap-2 border-t border-line px-3.5 py-2 first:border-0"
    >
      <div className="min-w-0 flex-1 basis-48">
        <span className="flex items-center gap-1.5 font-medium">
          <span className="min-w-0 truncate" title={name}>
            {name}
          </span>
          {mine && <You>you</You>}
        </span>
        <span className="block text-xs text-muted">
          {id} · {state}
          {issuer !== undefined && ` · signs in at ${issuer}`}
          {mustChangePassword && (
            <>
              {' · '}
              <span className="text-warn">must change the password</span>
            </>
          )}
        </span>
      </div>
      <div className="flex flex-wrap gap-2">
        <select
          aria-label={`Role of ${id}`}
          value={role}
          onChange={({ target }) => onChange({ role: target.value })}
          className="h-8 rounded-md border border-line-strong bg-surface px-2"
        >
          {ROLES.map((known) => (
            <option key={known}>{known}</option>
          ))}
        </select>
        {own && !mustChangePassword && (
          <Button onClick={() => onChange({ mustChangePassword: true })}>
            Ask to change it<span className="sr-only">: the password of {id}</span>
          </Button>
        )}
        {own && (
          <Button onClick={onReset}>
            Reset password<span className="sr-only"> of {id}</span>
          </Button>
        )}
        {state === 'active' ? (
          <Button look="danger" onClick={onDisable}>
            Disable<span className="sr-only"> {id}</span>
          </Button>
        ) : (
          <Button onClick={() => onChange({ disabled: false })}>
            Enable<span className="sr-only"> {id}</span>
          </Button>
        )}
      </div>
    </li>
  );
}
