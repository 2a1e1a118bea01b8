/** The reference page, rendered from the two documents and the refusal table. */
import { html } from 'hono/html';
import { CLOSE_CODES, reconnectAfter } from '@greenlight/protocol/codes';
import { REFUSALS, REQUEST_ERRORS, type RefusalInfo } from '@greenlight/handshake/refusals';
import type { AsyncApiDocument } from './asyncapi.ts';
import { inline } from './inline.ts';
import { type Html, layout } from './layout.ts';
import type { OpenApiDocument } from './openapi.ts';
import { operationsByTag, schemasHtml, tagId } from './operations.ts';
import { type Schema, schemaText } from './schema-text.ts';
import { typeHtml } from './type-html.ts';

const RECONNECT = {
  now: 'now, and resume',
  backoff: 'with growing pauses',
  'after-change': 'not unchanged',
} as const;

export function referencePage(openApi: OpenApiDocument, asyncApi: AsyncApiDocument): Html {
  const tags = (openApi.tags ?? []).map(({ name }) => name);
  return layout(
    'API reference',
    html`<nav>
        <a class="brand" href="/dashboard/">Greenlight</a>
        ${tags.map((tag) => html`<a href="#${tagId(tag)}">${tag}</a>`)}
        <a href="#frames">Frames</a><a href="#events">Events</a><a href="#closes">Close codes</a
        ><a href="#codes">Problem codes</a><a href="#schemas">Schemas</a>
        <a href="/api/v1/openapi.json">openapi.json</a><a href="/api/v1/asyncapi.json">asyncapi.json</a>
      </nav>
      <main>
        <h1>API reference</h1>
        <p>
          ${inline(openApi.info.description ?? '')} Version ${openApi.info.version}, at
          <code>${openApi.servers?.[0]?.url ?? ''}</code>.
        </p>
        <p>
          ${inline('Send `Authorization: Bearer gl_…`, or come with the session cookie. Whatever goes wrong is answered with a `Problem`, and each of its codes has a page.')}
        </p>
        ${operationsByTag(openApi)}
        <section id="frames">
          <h2>Frames of the WebSocket</h2>
          <p>${inline('At `/api/v1/ws`, one JSON object in each text message.')}</p>
          ${messageTable(asyncApi, 'command.', 'Client sends')}${messageTable(asyncApi, 'frame.', 'Server sends')}
        </section>
        <section id="events">
          <h2>Events that Greenlight emits</h2>
          ${eventTable(asyncApi)}
        </section>
        <section id="closes">
          <h2>Close codes</h2>
          <table>
            <thead>
              <tr>
                <th>Code</th>
                <th>Meaning</th>
                <th>Reconnect</th>
              </tr>
            </thead>
            <tbody>
              ${Object.entries(CLOSE_CODES).map(
                ([name, code]) =>
                  html`<tr>
                    <td>${code}</td>
                    <td><code>${name}</code></td>
                    <td>${RECONNECT[reconnectAfter(code)]}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
        </section>
        <section id="codes">
          <h2>Problem codes</h2>
          <h3>Refusals: not let in</h3>
          ${codeTable(REFUSALS)}
          <h3>Let in, and could not be done</h3>
          ${codeTable(REQUEST_ERRORS)}
        </section>
        <section id="schemas">
          <h2>Schemas</h2>
          <dl>${schemasHtml(openApi)}</dl>
        </section>
      </main>`,
  );
}

function messageTable({ components }: AsyncApiDocument, prefix: string, title: string): Html {
  const schemas = components.schemas as Readonly<Record<string, Schema>>;
  const rows = Object.entries(components.messages)
    .filter(([key]) => key.startsWith(prefix))
    .map(([, { name, summary, payload }]) => {
      const schema = schemas[schemaText(payload)];
      return html`<tr>
        <td><code>${name}</code></td>
        <td>${inline(summary)}<br />${typeHtml(schema)}</td>
      </tr>`;
    });
  return html`<table>
    <thead>
      <tr>
        <th colspan="2">${title}</th>
        <th></th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function eventTable({ components }: AsyncApiDocument): Html {
  const rows = Object.entries(components.messages)
    .filter(([key]) => key.startsWith('event.'))
    .map(
      ([, { name, summary }]) =>
        html`<tr>
          <td><code>${name}</code></td>
          <td>${inline(summary)}</td>
        </tr>`,
    );
  return html`<table>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

const codeTable = (codes: Readonly<Record<string, RefusalInfo>>): Html =>
  html`<table>
    <thead>
      <tr>
        <th>Status</th>
        <th>Code</th>
        <th>What to do</th>
      </tr>
    </thead>
    <tbody>
      ${Object.entries(codes).map(
        ([code, { status, title, fix }]) =>
          html`<tr>
            <td>${status}</td>
            <td>
              <a href="/docs/codes/${code}"><code>${code}</code></a
              ><br />${title}
            </td>
            <td>${inline(fix)}</td>
          </tr>`,
      )}
    </tbody>
  </table>`;
