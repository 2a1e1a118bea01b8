/** The mark: a light with its ring. Ink, because green on this page means live. */
export function Logo() {
  return (
    <span className="inline-flex items-center gap-2 text-ink">
      <svg viewBox="0 0 20 20" className="size-5" aria-hidden>
        <circle cx="10" cy="10" r="8.25" fill="none" stroke="currentColor" strokeWidth="1.5" opacity=".35" />
        <circle cx="10" cy="10" r="4.5" fill="currentColor" />
      </svg>
      <span className="text-base font-semibold tracking-tight">Greenlight</span>
    </span>
  );
}
