/** Beside whoever or whatever is one's own. */
export function You({ children }: { children: string }) {
  return (
    <span
      data-mine
      className="shrink-0 rounded-full border border-line-strong px-1.5 text-2xs font-medium whitespace-nowrap"
    >
      {children}
    </span>
  );
}
