/** External links of all documents: each address is asked once, politely, and reported wherever it stands. */
import type { OutgoingLink, TierResult } from './api.ts';
import { askUrl, type UrlAnswer } from './ask-url.ts';
import type { Known } from './check-links.ts';
import { Findings, type Fix, type Rules } from './findings.ts';
import type { ExternalOptions } from './input.ts';
import { readTarget } from './link-target.ts';
import type { OwnRule } from './own-rules.ts';

export type ExternalCheckOptions = {
  readonly rules: Rules;
  readonly external: ExternalOptions;
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
};

/** Remembers what each address answered, fragments aside. */
export class ExternalChecker {
  readonly #options: ExternalCheckOptions;
  readonly #answers = new Map<string, Promise<UrlAnswer>>();
  readonly #all: Slots;
  readonly #hosts = new Map<string, Slots>();
  #leftOut = 0;

  constructor(options: ExternalCheckOptions) {
    this.#options = options;
    this.#all = new Slots(options.external.concurrency);
  }

  async check(document: Known): Promise<TierResult> {
    const findings = new Findings(document.source.file, this.#options.rules, null);
    const before = this.#leftOut;
    const asked = document.facts.links.map((link) => ({ link, answer: this.#ask(link) }));
    const leftOut = this.#leftOut - before;
    for (const { link, answer } of asked) {
      if (answer === null) continue;
      const problem = problemOf(link, await answer);
      if (problem === null) continue;
      findings.add('external', problem.rule, {
        at: { line: link.line, column: link.column },
        message: problem.message,
        excerpt: link.excerpt,
        ...(problem.fix === undefined ? {} : { fix: problem.fix }),
      });
    }
    if (leftOut > 0) {
      const message = `${leftOut} addresses here were not asked, because there are more than ${this.#options.external.maxUrls} (\`external.maxUrls\`).`;
      findings.own('external', 'external/not-asked', { message });
    }
    return { file: document.source.file, tier: 'external', findings: findings.byTier().external ?? [] };
  }

  /** Null when the link is not external or the limit is reached. */
  #ask(link: OutgoingLink): Promise<UrlAnswer> | null {
    const target = readTarget(link.target);
    if (target.kind !== 'external') return null;
    const url = new URL(target.url);
    url.hash = '';
    const known = this.#answers.get(url.href);
    if (known !== undefined) return known;
    if (this.#answers.size >= this.#options.external.maxUrls) {
      this.#leftOut++;
      return null;
    }
    const { allowPrivate, signal, external } = this.#options;
    let host = this.#hosts.get(url.host);
    if (host === undefined) this.#hosts.set(url.host, (host = new Slots(external.perHost)));
    const slots = host;
    const answer = slots.take(() =>
      this.#all.take(() => askUrl(url.href, { ...external, allowPrivate, signal })),
    );
    answer.catch(() => undefined);
    this.#answers.set(url.href, answer);
    return answer;
  }
}

type Problem = { readonly rule: OwnRule; readonly message: string; readonly fix?: Fix };

function problemOf(link: OutgoingLink, answer: UrlAnswer): Problem | null {
  const address = link.target;
  switch (answer.kind) {
    case 'found':
      return null;
    case 'moved': {
      if (sameButSlash(address, answer.to)) return null;
      const hash = /#.*$/.exec(address)?.[0] ?? '';
      const text = answer.to.includes('#') ? answer.to : `${answer.to}${hash}`;
      const fix = { description: `Link to ${text}`, edits: [{ start: link.start, end: link.end, text }] };
      return { rule: 'external/redirected', message: `${address} has moved for good to ${answer.to}.`, fix };
    }
    case 'status':
      if (answer.status === 404 || answer.status === 410)
        return { rule: 'external/broken', message: `${address} answers ${answer.status}: there is nothing.` };
      if (answer.status >= 500)
        return { rule: 'external/server-error', message: `${address} answers ${answer.status}.` };
      return {
        rule: 'external/unverified',
        message: `${address} answers ${answer.status}; it may work in a browser.`,
      };
    case 'timeout':
      return { rule: 'external/timeout', message: `${address} did not answer in time.` };
    case 'private':
      return {
        rule: 'external/private-address',
        message: `${address} leads to a private address and was not asked.`,
      };
    case 'redirects':
      return { rule: 'external/broken', message: `${address} redirects again and again.` };
    case 'unreachable':
      return { rule: 'external/unreachable', message: `${address} cannot be reached: ${answer.reason}.` };
    default:
      return answer satisfies never;
  }
}

function sameButSlash(a: string, b: string): boolean {
  return bare(a) === bare(b);
}

function bare(url: string): string {
  return url.replace(/#.*$/, '').replace(/\/$/, '');
}

/** At most so many at a time; the rest wait in order. */
class Slots {
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free++;
      else next();
    }
  }
}
