// Somebody who answers asks at the console, by its API and as themselves: an account that they set up with the token they were given,
// signed in with a passphrase and a recovery code.
import crypto from 'node:crypto';
import https from 'node:https';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function codeOf(secret, at = Date.now()) {
  const bits = [...secret.replaceAll(/[ =]/g, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(at / 30_000)));
  const mac = crypto.createHmac('sha1', key).update(counter).digest();
  const from = mac.at(-1) & 15;
  return String((mac.readUInt32BE(from) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

export async function enrol({ bartizan, console: origin }, name, ...grant) {
  const adding = await bartizan('people', 'add', name, ...grant, '--json');
  if (adding.code !== 0) throw new Error(adding.err);
  const added = JSON.parse(adding.out);
  const standing = JSON.parse((await bartizan('status', '--json')).out).web;
  const fingerprint = standing.fingerprint.replaceAll(':', '').toUpperCase();
  let cookie = null;
  let form = null;

  // The instance made its certificate itself: it is known by its fingerprint, which `bartizan status` says.
  const ask = (method, path, body) =>
    new Promise((answered, failed) => {
      const request = https.request(
        new URL(path, origin),
        {
          method,
          agent: false,
          rejectUnauthorized: false,
          headers: {
            ...(body ? { 'content-type': 'application/json', origin } : {}),
            ...(cookie ? { cookie } : {}),
            ...(form ? { 'bartizan-form': form } : {}),
          },
        },
        async (response) => {
          const pieces = [];
          for await (const piece of response) pieces.push(piece);
          const [set] = response.headers['set-cookie'] ?? [];
          if (set) cookie = set.split(';')[0];
          const text = Buffer.concat(pieces).toString();
          answered({ status: response.statusCode, body: text ? JSON.parse(text) : null });
        },
      );
      request.once('socket', (socket) =>
        socket.once('secureConnect', () => {
          const seen = socket.getPeerCertificate().fingerprint256.replaceAll(':', '');
          if (seen !== fingerprint) request.destroy(new Error('this is another certificate than the instance says'));
        }),
      );
      request.once('error', failed);
      request.end(body ? JSON.stringify(body) : undefined);
    });

  const passphrase = crypto.randomBytes(16).toString('hex');
  const { body: begun } = await ask('POST', '/v1/setup', { person: name, token: added.token });
  const { body: made } = await ask('POST', '/v1/setup', {
    person: name,
    token: added.token,
    passphrase,
    code: codeOf(begun.secret),
  });
  const entered = await ask('POST', '/v1/enter', { person: name, passphrase, code: made.recoveryCodes[0] });
  if (entered.status !== 200) throw new Error(`${name} can't sign in: ${JSON.stringify(entered.body)}`);
  form = (await ask('GET', '/v1/me')).body.form;

  return {
    asks: async () => (await ask('GET', '/v1/approvals')).body.asks,
    whole: async (one) => (await ask('GET', `/v1/approvals/waiting/${one.id}`)).body,
    answer: (one, more) => ask('POST', '/v1/approvals/answer', { id: one.id, digest: one.digest, granted: true, ...more }),
    get: (path) => ask('GET', path),
    kill: (session) => ask('POST', '/v1/sessions/kill', { session }),
  };
}
