import { ExternalLink } from 'lucide-react';

/** A code, as the link to its page. */
export function CodeLink({ code }: { code: string }) {
  return (
    <a
      href={`/docs/codes/${encodeURIComponent(code)}`}
      target="_blank"
      rel="noreferrer"
      className="inline-flex items-center gap-1 font-mono text-xs underline underline-offset-2"
    >
      {code}
      <ExternalLink className="size-3" aria-hidden />
      <span className="sr-only">(opens its page)</span>
    </a>
  );
}
