// A browser as small as it can be: follows the authorization code flow with PKCE (RFC 7636) and keeps the cookies of one provider.
import crypto from 'node:crypto';

export async function tokenOf({ issuer, client, redirect, resource, user }) {
  const verifier = crypto.randomBytes(32).toString('base64url');
  const state = crypto.randomBytes(16).toString('base64url');
  const cookies = new Map();
  let next = new URL('/auth', issuer);
  next.search = new URLSearchParams({
    client_id: client,
    redirect_uri: redirect,
    response_type: 'code',
    scope: 'openid chat',
    resource,
    state,
    login_hint: user,
    code_challenge: crypto.createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  while (!next.href.startsWith(redirect)) {
    const response = await fetch(next, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [name, value] = cookie.split(';')[0].split(/=(.*)/s);
      cookies.set(name, value);
    }
    const location = response.headers.get('location');
    if (!location) throw new Error(`the provider answers ${response.status}: ${await response.text()}`);
    next = new URL(location, next);
  }
  if (next.searchParams.get('state') !== state) throw new Error('another sign-in was answered');
  const response = await fetch(new URL('/token', issuer), {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: client,
      code: next.searchParams.get('code'),
      redirect_uri: redirect,
      code_verifier: verifier,
      resource,
    }),
  });
  const answer = await response.json();
  if (!answer.access_token) throw new Error(`no token: ${answer.error} ${answer.error_description ?? ''}`);
  return answer.access_token;
}
