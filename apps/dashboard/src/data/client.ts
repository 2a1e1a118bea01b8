/** The SDK, as any application has it: same origin, session cookie. */
import { createClient } from '@greenlight/client/client';

export const client = createClient();
