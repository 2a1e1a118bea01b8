import { Link } from 'wouter';
import { Page } from '../../app/page.tsx';
import { Panel } from '../../components/panel.tsx';
import { Keys } from './keys.tsx';
import { Users } from './users.tsx';

/** For administrators: who may get in, and as what. */
export function Settings() {
  return (
    <Page title="Settings">
      <div className="mx-auto flex max-w-4xl flex-col gap-4">
        <Users />
        <Keys />
        <Panel title="Allowed origins">
          <p className="px-3.5 py-3 text-muted">
            Pages of other origins may use this server only if <code>GREENLIGHT_ALLOWED_ORIGINS</code> names
            them; that keeps a foreign page from acting with somebody’s session. It is read at start and not
            changed here. Those who were turned away are under{' '}
            <Link href="/handshakes?code=origin_not_allowed" className="underline underline-offset-2">
              Handshakes
            </Link>
            .
          </p>
        </Panel>
      </div>
    </Page>
  );
}
