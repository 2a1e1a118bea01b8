/** A client of the SDK for one command. */
import { type Client, createClient } from '@greenlight/client/client';
import type { ServerAddress } from './server-address.ts';

export function connect({ url, key }: ServerAddress): Client {
  return createClient({ url, credential: { token: key } });
}
