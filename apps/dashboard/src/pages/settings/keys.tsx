import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Ago } from '../../components/ago.tsx';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { keysQuery, type ApiKey, type NewApiKey } from '../../data/accounts.ts';
import { failureOf, post, remove } from '../../data/api.ts';
import { CreateForm } from './create-form.tsx';
import { ShownOnce } from './shown-once.tsx';

export function Keys() {
  const queries = useQueryClient();
  const { data, error } = useQuery(keysQuery);
  const [created, setCreated] = useState<NewApiKey | null>(null);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: keysQuery.queryKey });
  return (
    <Panel title="API keys">
      <p className="px-3.5 pt-3 text-muted">
        A key is for one program and may do what its role may; revoking it cuts its connections within a
        second.
      </p>
      {error && (
        <div className="p-3">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      <ul className="py-2">
        {(data ?? []).map((key) => (
          <li
            key={key.id}
            data-key={key.id}
            className="flex flex-wrap items-center gap-2 border-t border-line px-3.5 py-2 first:border-0"
          >
            <div className="min-w-0 flex-1 basis-40">
              <span className="block truncate font-medium">{key.name}</span>
              <span className="block truncate text-xs text-muted">
                <code>gl_{key.id}_…</code> · {key.role} · as {key.user} · <Ago at={key.createdAt} />
                {key.channels && ` · only ${key.channels.join(', ')}`}
              </span>
            </div>
            {key.revokedAt === undefined ? (
              <Button look="danger" onClick={() => setRevoking(key)}>
                Revoke<span className="sr-only"> {key.name}</span>
              </Button>
            ) : (
              <span className="text-xs text-muted">
                revoked <Ago at={key.revokedAt} />
              </span>
            )}
          </li>
        ))}
      </ul>
      <CreateForm
        what="key"
        label="What the key is for"
        onCreate={async (name, role) => {
          setCreated(await post<NewApiKey>('/api/v1/keys', { name, role }));
          await again();
        }}
      />
      {created && (
        <ShownOnce title={`Key "${created.name}"`} secret={created.key} onClose={() => setCreated(null)} />
      )}
      {revoking && (
        <Confirm
          title={`Revoke "${revoking.name}"`}
          deed="Revoke"
          onClose={() => setRevoking(null)}
          onConfirm={async () => {
            await remove(`/api/v1/keys/${encodeURIComponent(revoking.id)}`);
            await again();
          }}
        >
          Whatever uses the key is refused from now on, and cut off where it is connected. A revoked key never
          counts again.
        </Confirm>
      )}
    </Panel>
  );
}
