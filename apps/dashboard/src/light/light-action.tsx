import { Link, useLocation, useSearch } from 'wouter';
import { CopyButton } from '../components/copy-button.tsx';
import { NewPassword } from '../components/new-password.tsx';
import type { Failure } from '../data/failure.ts';
import { isOperator, type Me } from '../data/session.ts';

const LINK = 'font-medium text-ink underline underline-offset-2';

/** Where one signs in, and comes back from. */
export function SignInLink({ children }: { children: string }) {
  const [path] = useLocation();
  const search = useSearch();
  const here = search === '' ? path : `${path}?${search}`;
  return (
    <Link href={`/sign-in?return=${encodeURIComponent(here)}`} className={LINK}>
      {children}
    </Link>
  );
}

type Props = {
  refusal: Failure;
  me: Me | null;
  /** Only another sign-in helps. */
  signIn: boolean;
};

/** What can be done about a refusal, right where it is told. */
export function LightAction({ refusal, me, signIn }: Props) {
  const { code, attempt } = refusal;
  if (code === 'password_change_required') return <NewPassword />;
  const operator = me !== null && isOperator(me);
  return (
    <div className="mt-2 flex flex-col items-start gap-1.5">
      {signIn && (
        <SignInLink>{code === 'account_disabled' ? 'Sign in as somebody else' : 'Sign in again'}</SignInLink>
      )}
      {code === 'origin_not_allowed' && (
        <p>
          This page is of the origin{' '}
          <code data-origin className="wrap-anywhere">
            {location.origin}
          </code>{' '}
          <CopyButton text={location.origin} label="Copy the origin" />
        </p>
      )}
      {code === 'too_many_connections' && operator && (
        <Link href={`/connections?q=${encodeURIComponent(me.user)}`} className={LINK}>
          Your connections
        </Link>
      )}
      {attempt !== undefined && operator && !signIn && (
        <Link href={`/handshakes?attempt=${encodeURIComponent(attempt)}`} className={LINK}>
          The ladder of this attempt
        </Link>
      )}
    </div>
  );
}
