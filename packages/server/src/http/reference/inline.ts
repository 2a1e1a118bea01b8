/** Text with `code` in backticks, as HTML. */
import { html } from 'hono/html';
import type { Html } from './layout.ts';

export const inline = (text: string): Html[] =>
  text.split('`').map((part, at) => (at % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));
