/** Of a URL's host name. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(host) ||
  host.endsWith('.localhost');
