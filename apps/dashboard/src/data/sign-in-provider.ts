/** Whether the server lets people sign in with an identity provider. */
import { queryOptions } from '@tanstack/react-query';

export const providerQuery = queryOptions({
  queryKey: ['sign-in-provider'],
  queryFn: async () => {
    // The server answers "not_found" where there is none, and otherwise sends on to the provider, where the page stays away from.
    const { type, status } = await fetch('/api/v1/auth/oidc/start', { redirect: 'manual' });
    return type === 'opaqueredirect' || status === 503;
  },
  retry: false,
  staleTime: Infinity,
});
