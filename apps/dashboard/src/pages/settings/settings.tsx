import { Page } from '../../app/page.tsx';
import { isAdministrator, type Me } from '../../data/session.ts';
import { InForce } from './in-force.tsx';
import { Keys } from './keys.tsx';
import { Users } from './users.tsx';

/** Who may get in, and as what, for administrators; what is in force, for operators too. */
export function Settings({ me }: { me: Me }) {
  return (
    <Page title="Settings">
      <div className="mx-auto flex max-w-4xl flex-col gap-4">
        {isAdministrator(me) ? (
          <>
            <Users me={me} />
            <Keys me={me} />
          </>
        ) : (
          <p className="rounded-lg border border-line bg-surface px-3.5 py-3 text-muted">
            {me.simulated
              ? 'Users and keys are not for a simulated administrator, who must leave nothing behind.'
              : 'Users and keys are for administrators.'}
          </p>
        )}
        <InForce />
      </div>
    </Page>
  );
}
