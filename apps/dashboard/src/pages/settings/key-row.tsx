import type { KeyInfo } from '@greenlight/protocol/key-info';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { formatDateTime } from '../../components/format.ts';
import { UserName } from '../../components/simulated.tsx';
import { useNow } from '../../data/clock.ts';

export function KeyRow({ apiKey, onRevoke }: { apiKey: KeyInfo; onRevoke: () => void }) {
  const { id, name, role, user, channels, createdAt, createdBy, expiresAt, revokedAt, lastUsedAt } = apiKey;
  const expired = useNow() >= (expiresAt === undefined ? Infinity : Date.parse(expiresAt));
  return (
    <li
      data-key={id}
      className="flex flex-wrap items-center gap-2 border-t border-line px-3.5 py-2 first:border-0"
    >
      <div className="min-w-0 flex-1 basis-56">
        <span className="block truncate font-medium" title={name}>
          {name}
        </span>
        <span className="flex flex-wrap gap-x-1.5 text-xs text-muted">
          <code>gl_{id}_…</code> · {role} · as <UserName user={user} />
          {channels && <span>· only {channels.join(', ')}</span>}
        </span>
        <span className="block text-xs text-muted">
          made <Ago at={createdAt} /> by {createdBy} ·{' '}
          {lastUsedAt === undefined ? (
            'never used'
          ) : (
            <>
              used <Ago at={lastUsedAt} />
            </>
          )}{' '}
          · {expiresAt === undefined ? 'does not expire' : `expires ${formatDateTime(expiresAt)}`}
        </span>
      </div>
      {revokedAt !== undefined ? (
        <span className="text-xs text-muted">
          revoked <Ago at={revokedAt} />
        </span>
      ) : expired ? (
        <span className="text-xs text-muted">expired</span>
      ) : (
        <Button look="danger" onClick={onRevoke}>
          Revoke<span className="sr-only"> {name}</span>
        </Button>
      )}
    </li>
  );
}
