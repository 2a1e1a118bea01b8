/** What every page served here is told about itself. */

/** Content Security Policy Level 3: nothing but what this server itself serves, and no frames around it. */
const POLICY = [
  `default-src 'none'`,
  `script-src 'self'`,
  `style-src 'self'`,
  `img-src 'self' data:`,
  `font-src 'self'`,
  `base-uri 'none'`,
  `frame-ancestors 'none'`,
  `form-action 'self'`,
];

/** `host`: the Host header, so that the page may open WebSockets to where it came from. */
export function pageHeaders(host: string | undefined): Record<string, string> {
  // The ladder let only well-formed hosts through; 'self' does not cover ws: in every browser.
  const sockets = host ? ` ws://${host} wss://${host}` : '';
  return {
    'referrer-policy': 'no-referrer',
    'content-security-policy': [...POLICY, `connect-src 'self'${sockets}`].join('; '),
  };
}
