import { toast, Toaster } from 'sonner';
import { navigate } from 'wouter/use-browser-location';
import { failureOf } from '../data/api.ts';
import { useStore } from '../data/store.ts';
import { theme } from '../data/theme.ts';

/** Only for what needs a person. `id` is the thing it is about: a second word about it replaces the first. */
export type Notice = {
  readonly id: string;
  readonly tone: 'bad' | 'warn' | 'plain';
  readonly title: string;
  readonly detail?: string;
  readonly link?: { readonly label: string; readonly href: string };
};

/** Where the page lives; vite.config.ts says the same to the build. */
export const BASE = '/dashboard';

export function notify({ id, tone, title, detail, link }: Notice): void {
  const show = tone === 'bad' ? toast.error : tone === 'warn' ? toast.warning : toast;
  show(title, {
    id,
    ...(detail && { description: detail }),
    ...(link && { action: { label: link.label, onClick: () => navigate(`${BASE}${link.href}`) } }),
    duration: tone === 'plain' ? 6_000 : 12_000,
  });
}

/** For a press of a button that came to nothing. */
export function reportFailure(error: unknown): void {
  const { code, detail, fix } = failureOf(error);
  notify({ id: `failure:${code}`, tone: 'bad', title: detail, ...(fix && { detail: fix }) });
}

export function Toasts() {
  return (
    <Toaster
      theme={useStore(theme)}
      position="bottom-right"
      offset={16}
      mobileOffset={{ bottom: 68 }}
      closeButton
    />
  );
}
