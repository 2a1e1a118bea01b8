/** A type as code, in which the names of schemas are links. */
import { html } from 'hono/html';
import type { Html } from './layout.ts';
import { type Schema, schemaText } from './schema-text.ts';

/** Outside of quotes only names of schemas begin with a capital letter. */
const NAMES = /("[^"]*"|\b[A-Z]\w+)/;

export function typeHtml(schema: Schema | undefined, depth = 2): Html {
  const parts = schemaText(schema, depth).split(NAMES);
  return html`<code class="type"
    >${parts.map((part) => (/^[A-Z]/.test(part) ? html`<a href="#schema-${part}">${part}</a>` : part))}</code
  >`;
}
