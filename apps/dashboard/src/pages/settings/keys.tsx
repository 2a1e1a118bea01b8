import type { KeyInfo } from '@greenlight/protocol/key-info';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { Confirm } from '../../components/confirm.tsx';
import { Panel } from '../../components/panel.tsx';
import { ProblemNote } from '../../components/problem-note.tsx';
import { keysQuery, type NewKey } from '../../data/accounts.ts';
import { failureOf, post, remove } from '../../data/api.ts';
import type { Me } from '../../data/session.ts';
import { KeyForm } from './key-form.tsx';
import { KeyRow } from './key-row.tsx';
import { ShownOnce } from './shown-once.tsx';

export function Keys({ me }: { me: Me }) {
  const queries = useQueryClient();
  const { data, error } = useQuery(keysQuery);
  const [created, setCreated] = useState<NewKey | null>(null);
  const [revoking, setRevoking] = useState<KeyInfo | null>(null);
  const again = (): Promise<void> => queries.invalidateQueries({ queryKey: keysQuery.queryKey });
  return (
    <Panel title="API keys">
      <p className="px-3.5 pt-3 text-muted">
        A key is for one program and may do what its role may, where its channels let it; revoking it cuts its
        connections within a second.
      </p>
      {error && (
        <div className="p-3">
          <ProblemNote failure={failureOf(error)} />
        </div>
      )}
      <ul className="py-2">
        {(data ?? []).map((key) => (
          <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
        ))}
      </ul>
      <KeyForm
        me={me}
        onCreate={async (wanted) => {
          setCreated(await post<NewKey>('/api/v1/keys', wanted));
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
