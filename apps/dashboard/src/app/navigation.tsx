import { Activity, Cable, DoorOpen, Inbox, ListTree, Settings, type LucideIcon } from 'lucide-react';
import { Link, useRoute } from 'wouter';
import { classes } from '../components/classes.ts';
import { isOperator, type Me } from '../data/session.ts';
import { RECOMMENDATIONS_SHOWN, useOpenReviews } from '../data/recommendations.ts';

type Place = {
  readonly href: string;
  readonly pattern: string;
  readonly name: string;
  readonly icon: LucideIcon;
  /** Absent: everybody. */
  readonly may?: (me: Me) => boolean;
};

const PLACES: readonly Place[] = [
  { href: '/', pattern: '/', name: 'Overview', icon: Activity },
  { href: '/runs', pattern: '/runs/*?', name: 'Runs', icon: ListTree },
  { href: '/review', pattern: '/review', name: 'Review', icon: Inbox },
  { href: '/handshakes', pattern: '/handshakes', name: 'Handshakes', icon: DoorOpen, may: isOperator },
  { href: '/connections', pattern: '/connections', name: 'Connections', icon: Cable, may: isOperator },
  { href: '/settings', pattern: '/settings', name: 'Settings', icon: Settings, may: isOperator },
];

export function Navigation({ me, look }: { me: Me; look: 'side' | 'bottom' }) {
  const waiting = useOpenReviews().data?.length ?? 0;
  return (
    <nav
      aria-label="Pages"
      className={look === 'side' ? 'flex flex-col gap-0.5' : 'flex h-14 items-stretch justify-around'}
    >
      {PLACES.filter(({ may }) => !may || may(me)).map((place) => (
        <PlaceLink
          key={place.href}
          place={place}
          look={look}
          count={place.href === '/review' ? waiting : 0}
        />
      ))}
    </nav>
  );
}

function PlaceLink({ place, look, count }: { place: Place; look: 'side' | 'bottom'; count: number }) {
  const [here] = useRoute(place.pattern);
  const Icon = place.icon;
  return (
    <Link
      href={place.href}
      aria-current={here ? 'page' : undefined}
      className={classes(
        look === 'side'
          ? 'flex h-8 items-center gap-2.5 rounded-md px-2 text-sm font-medium'
          : 'relative flex min-w-0 flex-1 flex-col items-center justify-center gap-0.5 text-2xs font-medium',
        here ? 'text-ink' : 'text-muted hover:text-ink',
        look === 'side' && (here ? 'bg-selected' : 'hover:bg-hover'),
      )}
    >
      <Icon className="size-4" aria-hidden />
      <span className={look === 'side' ? 'flex-1' : 'max-w-full truncate'}>{place.name}</span>
      {count > 0 && (
        <span
          className={classes(
            'rounded-full bg-control px-1.5 text-2xs font-semibold text-on-control',
            look === 'bottom' && 'absolute top-1.5 left-1/2 ml-2',
          )}
        >
          {count >= RECOMMENDATIONS_SHOWN ? `${RECOMMENDATIONS_SHOWN - 1}+` : count}
          <span className="sr-only"> waiting</span>
        </span>
      )}
    </Link>
  );
}
