// A real OpenID provider (npm oidc-provider) on loopback: three customers in two regions and two people of the shop. Whoever is named
// as login_hint is signed in without a form; nothing of that is Bartizan's.
import http from 'node:http';
import { Provider } from 'oidc-provider';

export const accounts = {
  alice: { region: 'eu', groups: ['customers'] },
  bruno: { region: 'eu', groups: ['customers'] },
  carol: { region: 'us', groups: ['customers'] },
  sam: { region: 'eu', groups: ['support'] },
  fay: { region: 'eu', groups: ['finance'] },
  fred: { region: 'us', groups: ['finance'] },
};

export async function startProvider({ clients, resource }) {
  let provider;
  const server = http.createServer((request, response) => provider.callback()(request, response));
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  const issuer = `http://127.0.0.1:${server.address().port}`;
  provider = new Provider(issuer, {
    clients,
    pkce: { required: () => true },
    scopes: ['openid', 'chat'],
    claims: { openid: ['sub', 'region', 'groups'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) =>
      accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
    extraTokenClaims: (_, token) => (token.accountId ? accounts[token.accountId] : undefined),
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: 'chat',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
    interactions: { url: (_, interaction) => `/signed-in/${interaction.uid}` },
    cookies: { keys: ['only for this example'] },
  });
  provider.use(async (context, next) => {
    if (!context.path.startsWith('/signed-in/')) return next();
    const { params } = await provider.interactionDetails(context.req, context.res);
    const accountId = params.login_hint;
    const grant = new provider.Grant({ accountId, clientId: params.client_id });
    grant.addOIDCScope('openid chat');
    grant.addResourceScope(resource, 'chat');
    return provider.interactionFinished(context.req, context.res, {
      login: { accountId },
      consent: { grantId: await grant.save() },
    });
  });
  return { issuer, server };
}
