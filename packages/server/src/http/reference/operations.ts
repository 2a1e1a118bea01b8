/** The REST part of the reference page. */
import { html } from 'hono/html';
import type { Html } from './layout.ts';
import { inline } from './inline.ts';
import type { OpenApiDocument } from './openapi.ts';
import type { Schema } from './schema-text.ts';
import { typeHtml } from './type-html.ts';

type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Content = Readonly<Record<string, { schema?: Schema }>>;
type Operation = {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly unknown[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content; readonly required?: boolean };
  readonly responses: Readonly<Record<string, { description: string; content?: Content }>>;
};
type Located = { readonly method: string; readonly path: string; readonly operation: Operation };

export const tagId = (tag: string): string => tag.toLowerCase().replaceAll(' ', '-');

export function operationsByTag(document: OpenApiDocument): readonly Html[] {
  const located = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]): Located => ({
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  return (document.tags ?? []).map(({ name, description = '' }) => {
    const own = located.filter(({ operation }) => operation.tags?.includes(name));
    return html`<section id="${tagId(name)}">
      <h2>${name}</h2>
      <p>${inline(description)}</p>
      ${own.map(operationHtml)}
    </section>`;
  });
}

function operationHtml({ method, path, operation }: Located): Html {
  const { summary = '', description, parameters = [], requestBody, responses, security } = operation;
  const open = security?.length === 0;
  return html`<article>
    <h3>
      <span class="method ${method.toLowerCase()}">${method}</span>
      <code>${path}</code>${open ? html` <span class="open">no credential</span>` : ''}
    </h3>
    <p><strong>${summary}.</strong> ${inline(description ?? '')}</p>
    ${
      parameters.length > 0
        ? html`<table>
            <thead>
              <tr>
                <th>Parameter</th>
                <th>Type</th>
                <th>Meaning</th>
              </tr>
            </thead>
            <tbody>
              ${parameters.map(parameterHtml)}
            </tbody>
          </table>`
        : ''
    }
    ${requestBody ? html`<p class="body">Body${requestBody.required ? '' : ' (may be left out)'}: ${contentHtml(requestBody.content)}</p>` : ''}
    <ul class="answers">
      ${Object.entries(responses)
        .filter(([status]) => status !== 'default')
        .map(
          ([status, answer]) =>
            html`<li>
              <b>${status}</b> ${inline(answer.description)}
              ${answer.content ? contentHtml(answer.content) : ''}
            </li>`,
        )}
    </ul>
  </article>`;
}

const parameterHtml = ({ name, in: place, required, description, schema }: Parameter): Html =>
  html`<tr>
    <td><code>${name}</code>${required ? '' : html` <i>optional</i>`}<br /><small>${place}</small></td>
    <td>
      ${typeHtml(schema)}${schema?.default === undefined ? '' : html`<br /><small>default ${JSON.stringify(schema.default)}</small>`}
    </td>
    <td>${inline(description ?? schema?.description ?? '')}</td>
  </tr>`;

const contentHtml = (content: Content): Html[] =>
  Object.entries(content).map(([mediaType, { schema }]) =>
    mediaType === 'application/json'
      ? html`${typeHtml(schema)} `
      : html`<code class="type">${mediaType}</code> `,
  );

/** The schemas that other types name. */
export function schemasHtml(document: OpenApiDocument): readonly Html[] {
  const schemas = Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>);
  return schemas
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(
      ([name, schema]) =>
        html`<dt id="schema-${name}"><code>${name}</code></dt>
          <dd>${inline(schema.description ?? '')} ${typeHtml(schema, 3)}</dd>`,
    );
}
