/**
 * A page that is opened asks who is signed in, and is answered `credential_missing` where nobody is: that is how the
 * sign-in form comes about. Nobody was turned away who should have been let in, so nobody has to look at it.
 */
export const isFirstVisit = ({ code, path }: { readonly code: unknown; readonly path: unknown }): boolean =>
  code === 'credential_missing' && path === '/api/v1/auth/me';
