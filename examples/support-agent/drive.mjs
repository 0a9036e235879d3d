// Drives the example as its customers, as attackers and as the people who answer for it. Each line says what was tried and whether
// the answer was the one that it should be; the exit code is 1 when one wasn't.
//     npm ci --prefix examples/support-agent && node examples/support-agent/drive.mjs
import crypto from 'node:crypto';
import { enrol } from './approver.mjs';
import { accounts } from './provider.mjs';
import { audience, client, openScene } from './scene.mjs';
import { tokenOf } from './signin.mjs';

let failed = 0;
const show = (what, holds, seen) => {
  if (!holds) failed++;
  console.log(`${holds ? 'ok  ' : 'FAIL'}  ${what}${holds ? '' : `\n      ${JSON.stringify(seen)}`}`);
};

const scene = await openScene();
try {
  const up = await scene.bartizan('up');
  if (up.code !== 0) throw new Error(up.err);
  const sam = await enrol(scene, 'sam@example.com', '--role', 'approver', '--agents', 'support-agent');
  const fay = await enrol(scene, 'fay@example.com', '--role', 'approver', '--agents', 'support-agent');
  const fred = await enrol(scene, 'fred@example.com', '--role', 'approver', '--agents', 'support-agent');
  const served = await scene.bartizan('serve', '-m', scene.manifest, '--detach');
  if (served.code !== 0) throw new Error(served.err + served.out);

  const tokens = {};
  const signIn = async (user) => {
    tokens[user] = await tokenOf({ issuer: scene.issuer, client: client.id, redirect: client.redirect, resource: audience, user });
  };
  for (const user of ['alice', 'bruno', 'carol']) await signIn(user);

  const send = async (message, headers, path = '/chat') => {
    const response = await fetch(new URL(path, scene.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ message }),
    });
    const text = await response.text();
    return { status: response.status, text, retry: response.headers.get('retry-after') };
  };
  const as = (user) => ({ authorization: `Bearer ${tokens[user]}` });
  const chat = (user, message) => send(message, as(user));
  const waiting = async (person, verb) => {
    for (;;) {
      const found = (await person.asks()).find((one) => one.action.includes(verb));
      if (found) return person.whole(found);
      await new Promise((later) => setTimeout(later, 200));
    }
  };

  console.log('\ncustomers');
  let seen = await chat('alice', 'read eu-1');
  show('alice reads a ticket of her region', seen.status === 200 && seen.text.includes('broken lid'), seen);
  seen = await chat('carol', 'read us-1');
  show('carol reads one of hers', seen.status === 200 && seen.text.includes('parcel'), seen);
  seen = await chat('carol', 'read eu-1 as eu');
  show("carol can't read another region's", seen.status === 200 && !seen.text.includes('broken lid'), seen);

  console.log('\npeople of the shop');
  const drafted = chat('alice', 'draft for eu-1: We will send a new lid tomorow.');
  const draft = await waiting(sam, 'draft_reply');
  show('a draft waits for support, and shows the words', draft.arguments.includes('tomorow'), draft);
  const refused = await fay.answer(draft);
  show("finance can't answer it", refused.status !== 200 || !refused.body.decided, refused);
  await sam.answer(draft, { arguments: draft.arguments.replace('tomorow', 'tomorrow') });
  const again = await waiting(sam, 'draft_reply');
  await sam.answer(again);
  seen = await drafted;
  show('sam mends a word, and what is drafted is what sam said yes to', seen.text.includes('tomorrow'), seen);

  const refunded = chat('alice', 'refund 20 for eu-1');
  const refund = await waiting(fay, 'refund');
  const samSays = await sam.answer(refund);
  show("support can't say yes to money", samSays.status !== 200 || !samSays.body.decided, samSays);
  await fay.answer(refund);
  const early = await Promise.race([refunded, new Promise((later) => setTimeout(later, 500, 'waits'))]);
  show('one yes of finance is not enough', early === 'waits', early);
  await fay.answer(refund);
  show('nor is the same one twice', (await Promise.race([refunded, Promise.resolve('waits')])) === 'waits', early);
  await fred.answer(refund);
  seen = await refunded;
  show('two are', seen.text.includes('refunded 20'), seen);

  console.log('\nattackers');
  seen = await chat('bruno', 'read eu-2');
  show('a ticket that orders a refund gets none', !seen.text.includes('refunded 9000'), seen);
  seen = await chat('bruno', 'export accounts');
  show('accounts are nobody’s to list', !seen.text.includes('DE89'), seen);
  seen = await send('read eu-1', {});
  show('nobody is nobody', seen.status === 401, seen);
  const [head, body] = tokens.alice.split('.');
  const none = Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url');
  seen = await send('read eu-1', { authorization: `Bearer ${none}.${body}.` });
  show('a token that nobody signed', seen.status === 401, seen);
  const other = Buffer.from(Buffer.from(body, 'base64url').toString().replace('alice', 'bruno')).toString('base64url');
  seen = await send('read eu-1', { authorization: `Bearer ${head}.${other}.${tokens.alice.split('.')[2]}` });
  show('a token with another name in it', seen.status === 401, seen);
  const symmetric = Buffer.from('{"alg":"HS256","typ":"at+jwt","kid":"keystore-CHANGE-ME"}').toString('base64url');
  const jwks = await (await fetch(`${scene.issuer}/jwks`)).text();
  const mac = crypto.createHmac('sha256', jwks).update(`${symmetric}.${body}`).digest('base64url');
  seen = await send('read eu-1', { authorization: `Bearer ${symmetric}.${body}.${mac}` });
  show("a token signed with what is public", seen.status === 401, seen);
  seen = await send('read eu-1', { ...as('alice'), 'x-api-key': 'x'.repeat(40) });
  show('two credentials', seen.status === 400 || seen.status === 401, seen);
  seen = await send('read us-1 as us', { ...as('alice'), 'bartizan-user': 'carol', 'bartizan-token': 'x', 'bartizan-session': 'x' });
  show("our own headers in a caller's hand change nothing", !seen.text.includes('parcel'), seen);
  seen = await send('read eu-1', as('alice'), '/chat/../admin');
  show('another path', seen.status === 403 || seen.status === 400, seen);
  seen = await send('x'.repeat(20_000), as('alice'));
  show('more than fits', seen.status === 413, seen);
  const many = await Promise.all(Array.from({ length: 40 }, () => chat('carol', 'hello')));
  show('more than two at once', many.some((one) => one.status === 429 && one.retry), many.map((one) => one.status));
  const [first] = (await scene.bartizan('log', 'user:bruno', '--json')).out.trim().split('\n');
  const entry = JSON.parse(first);
  const killed = await scene.bartizan('kill', entry.session);
  seen = await chat('bruno', 'read eu-2');
  show('who was killed is refused', killed.code === 0 && seen.status === 403, { killed, seen });
  accounts.bruno.groups.push('friends');
  await signIn('bruno');
  seen = await chat('bruno', 'read eu-2');
  show('also as somebody of whom the provider says more', seen.status === 403, seen);

  console.log('\nthe record');
  const started = (await scene.bartizan('log', 'kind:receipt', '--json')).out.split('\n').filter((line) => line.includes('node'));
  show('has a sandbox of the agent for each of the three', new Set(started.map((line) => JSON.parse(line).session)).size >= 3, started);
  const log = await scene.bartizan('log', '--json');
  show('names nobody', !/"(alice|bruno|carol)"/.test(log.out) && log.out.includes('"user:'), log.out.slice(0, 400));
  show('has every request with its session', log.out.includes('POST /chat'), '');
  const verified = await scene.bartizan('log', 'verify');
  show('verifies', verified.code === 0, verified);
} finally {
  await scene.close();
}

console.log(failed === 0 ? '\nall of it holds' : `\n${failed} did not hold`);
process.exitCode = failed === 0 ? 0 : 1;
