/**
 * A real OpenID provider in a process of its own: it says `{issuer}`, and `{ready}` once it was told the
 * `{redirectUri}` of its one client. Its sign-in page takes any name; `boss` has the role claim `managers`, `clerk` has none.
 */
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

let provider;
const server = createServer((request, response) => provider.callback()(request, response));
server.listen(0, '127.0.0.1', () => process.send({ issuer: issuer() }));
const issuer = () => `http://127.0.0.1:${server.address().port}`;

process.on('message', ({ redirectUri }) => {
  provider = new Provider(issuer(), {
    clients: [
      {
        client_id: 'greenlight',
        client_secret: 'a-secret-of-the-test-provider',
        redirect_uris: [redirectUri],
      },
    ],
    cookies: { keys: ['a-key-of-the-test-provider'] },
    claims: { openid: ['sub', 'groups'], profile: ['name'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, name: `The ${id}`, ...(id === 'boss' && { groups: ['staff', 'managers'] }) }),
    }),
  });
  process.send({ ready: true });
});
process.on('disconnect', () => process.exit());
