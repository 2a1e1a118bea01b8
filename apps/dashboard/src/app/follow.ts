/** Everything that a signed-in page follows, whichever page is open. */
import { HANDSHAKES_CHANNEL, userChannel } from '@greenlight/protocol/channel';
import type { QueryClient } from '@tanstack/react-query';
import { followFeed } from '../data/feed.ts';
import { watch } from '../data/live.ts';
import { followRecommendations } from '../data/recommendations.ts';
import { followRuns } from '../data/runs.ts';
import { isOperator, type Me } from '../data/session.ts';
import { noticesFor } from './notices.ts';
import { BASE, notify } from '../components/toasts.tsx';

/** What a notice would lead to is on the screen already: then it needs no toast. */
const isOpen = (href: string | undefined): boolean =>
  href !== undefined && location.pathname === new URL(BASE + href, location.href).pathname;

export function follow(me: Me, queries: QueryClient): () => void {
  const watched = [
    'workflows',
    'recommendations',
    userChannel(me.user),
    ...(isOperator(me) ? [HANDSHAKES_CHANNEL] : []),
  ];
  const ends = [
    followRuns(me.user),
    followFeed(me.user),
    followRecommendations(queries),
    ...watched.map((channel) =>
      watch(channel, {
        onPublications: (publications) =>
          noticesFor(publications)
            .filter(({ link }) => !isOpen(link?.href))
            .forEach(notify),
      }),
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}
