import { onHead } from './http-head.ts';
import type { Link } from './link.ts';

/** What nginx does unless it is told otherwise: hop-by-hop headers stay behind. */
export function stripUpgrade(link: Link): void {
  link.up.add(
    onHead((head) => {
      const [request, ...headers] = head.split('\r\n');
      if (!headers.some((header) => /^upgrade:/i.test(header))) return { head, body: null };
      const kept = headers.filter((header) => !/^(?:upgrade|connection):/i.test(header));
      return { head: [request, ...kept, 'Connection: close'].join('\r\n'), body: null };
    }),
  );
}
