/** Stage `request`: is this HTTP, and for a WebSocket an opening handshake (RFC 6455 section 4.2.1)? */
import { hostOf } from './check-host.ts';
import { listNames } from './header-list.ts';
import type { HandshakeRequest } from './request.ts';
import type { Failure } from './verdict.ts';

export function checkRequest(request: HandshakeRequest): Failure | null {
  const { target, transport, method, httpVersion, headers } = request;
  if (transport === 'websocket' && method !== 'GET')
    return {
      code: 'method_not_allowed',
      detail: `A WebSocket is opened with GET; this request used ${method}.`,
      operator: { allow: 'GET' },
    };
  if (!target.startsWith('/'))
    return malformed('The request target must be a path that begins with "/" or an http(s) URL.');
  if (headers.has('host') && hostOf(request) === null)
    return malformed('The Host header is not one "name" or "name:port".');
  if (!headers.has('host') && httpVersion !== '1.0')
    return malformed('The request has no Host header, which HTTP/1.1 requires.');
  return transport === 'websocket' ? checkOpening(request) : null;
}

function checkOpening({ headers, httpVersion }: HandshakeRequest): Failure | null {
  if (!listNames(headers.get('upgrade'), 'websocket')) return upgradeRequired(headers.get('upgrade'));
  if (!listNames(headers.get('connection'), 'upgrade'))
    return {
      code: 'upgrade_required',
      detail:
        'The request has "Upgrade: websocket" but its Connection header does not name "upgrade", so a proxy on the way probably dropped it.',
    };
  if (httpVersion !== '1.1')
    return malformed(`A WebSocket handshake needs HTTP/1.1; this request used HTTP/${httpVersion}.`);
  return checkVersion(headers.get('sec-websocket-version')) ?? checkKey(headers.get('sec-websocket-key'));
}

function upgradeRequired(upgrade: string | undefined): Failure {
  const found = upgrade === undefined ? 'has no Upgrade header' : 'asks to upgrade to another protocol';
  return {
    code: 'upgrade_required',
    detail: `This is a WebSocket address and the request ${found}.`,
  };
}

function checkVersion(version: string | undefined): Failure | null {
  if (version === '13') return null;
  return {
    code: 'unsupported_websocket_version',
    detail:
      version === undefined
        ? 'The request has no Sec-WebSocket-Version header; version 13 is spoken here.'
        : 'The client asked for a WebSocket version other than 13, the only one spoken here.',
  };
}

/** 16 bytes in base64 are 22 characters and "==". */
function checkKey(key: string | undefined): Failure | null {
  if (key !== undefined && /^[A-Za-z0-9+/]{22}==$/.test(key)) return null;
  return {
    code: 'bad_websocket_key',
    detail:
      key === undefined
        ? 'The request has no Sec-WebSocket-Key header.'
        : 'The Sec-WebSocket-Key header is not 16 bytes in base64.',
  };
}

const malformed = (detail: string): Failure => ({ code: 'malformed_request', detail });
