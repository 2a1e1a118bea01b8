import { FlaskConical } from 'lucide-react';
import { isSimulated } from '../data/simulated.ts';

/** Beside whoever is simulated and whatever such a one did: it counts for nothing outside a test. */
export function SimulatedMark() {
  return (
    <span
      data-simulated
      title="From a simulated sign-in, which exists for tests only"
      className="inline-flex shrink-0 items-center gap-1 rounded-full bg-warn-soft px-1.5 text-2xs font-medium whitespace-nowrap text-warn"
    >
      <FlaskConical className="size-3" aria-hidden />
      simulated
    </span>
  );
}

/** A user's name, cut where it is too long, with the mark where it belongs. */
export function UserName({ user }: { user: string }) {
  return (
    <span className="inline-flex max-w-full min-w-0 items-center gap-1.5 align-bottom">
      <span className="min-w-0 truncate" title={user}>
        {user}
      </span>
      {isSimulated(user) && <SimulatedMark />}
    </span>
  );
}
