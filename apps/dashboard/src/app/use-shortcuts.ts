import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { maySteer, type Me } from '../data/session.ts';
import { openStartDialog } from '../pages/start/start-dialog-state.ts';

const PLACES: Readonly<Record<string, string>> = {
  o: '/',
  r: '/runs',
  v: '/review',
  h: '/handshakes',
  c: '/connections',
};
/** The second key of `g o` must follow within this time. */
const CHORD_MS = 1_000;

/** True while a key belongs to something else: a field, a dialog, a menu, or the browser. */
export function isTaken(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    document.querySelector('dialog[open]') !== null ||
    target?.closest('input, textarea, select, [role=menu], [contenteditable]') != null
  );
}

/** `g o`, `g r`, `g v`, `g h`, `g c`, `g s` go places, `n` starts a validation, `/` searches the page. */
export function useShortcuts(me: Me): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    let goAt = -CHORD_MS;
    const press = (event: KeyboardEvent): void => {
      if (isTaken(event)) return;
      const place = PLACES[event.key];
      if (event.key === 'g') goAt = event.timeStamp;
      else if (place !== undefined && event.timeStamp - goAt < CHORD_MS) {
        event.preventDefault();
        goAt = -CHORD_MS;
        navigate(place);
      } else if (event.key === 'n' && maySteer(me)) {
        event.preventDefault();
        openStartDialog();
      } else if (event.key === '/') {
        event.preventDefault();
        document.querySelector<HTMLInputElement>('input[type=search]')?.focus();
      }
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [me, navigate]);
}
