/** What a browser knows about the network and the tab. Elsewhere there is nothing to hear, and it counts as online. */

export type Sign = 'online' | 'offline' | 'visible';

export const isOnline = (): boolean =>
  (globalThis.navigator as { onLine?: boolean } | undefined)?.onLine ?? true;

/** The answer stops it. */
export function watchEnvironment(notify: (sign: Sign) => void): () => void {
  if (typeof document === 'undefined') return () => undefined;
  const online = (): void => notify('online');
  const offline = (): void => notify('offline');
  const visible = (): void => {
    if (document.visibilityState === 'visible') notify('visible');
  };
  addEventListener('online', online);
  addEventListener('offline', offline);
  document.addEventListener('visibilitychange', visible);
  return () => {
    removeEventListener('online', online);
    removeEventListener('offline', offline);
    document.removeEventListener('visibilitychange', visible);
  };
}
