import type { Status } from '@greenlight/client/status';
import { useSyncExternalStore } from 'react';
import { client } from '../data/client.ts';
import { useNow } from '../data/clock.ts';
import { session } from '../data/session.ts';
import { useStore } from '../data/store.ts';
import { lightFrom, type Light } from './light.ts';

const subscribe = (listener: () => void): (() => void) => client.status.subscribe(listener);
const current = (): Status => client.status.current;

export const useStatus = (): Status => useSyncExternalStore(subscribe, current);

export function useLight(): Light {
  const light = lightFrom(useStatus());
  const who = useStore(session);
  // What became of the session says more than the word with which its connection was ended.
  return light.kind === 'refused' && who.state === 'ended' ? { ...light, refusal: who.failure } : light;
}

/** From here on one is told that the sign-in ends. */
const NOTICE_MS = 120_000;

/** Milliseconds for which whoever is signed in still is, once they are few; else null. */
export function useEnding(): number | null {
  const who = useStore(session);
  const now = useNow();
  if (who.state !== 'signed-in' || who.me.expiresAt === undefined) return null;
  const left = Date.parse(who.me.expiresAt) - now;
  return left > 0 && left <= NOTICE_MS ? left : null;
}
