'use strict';
(() => {
  // SHA-2 (FIPS 180-4). Its constants are the first bits of the square and cube roots of the first primes.
  const M64 = (1n << 64n) - 1n;
  const primes = [];
  for (let n = 2; primes.length < 80; n++) if (primes.every(p => n % p)) primes.push(n);
  const root = (value, power) => {
    let low = 0n, high = 1n << 80n;
    while (low < high) {
      const middle = (low + high + 1n) >> 1n;
      if (middle ** power <= value) low = middle; else high = middle - 1n;
    }
    return low & M64;
  };
  const K64 = primes.map(p => root(BigInt(p) << 192n, 3n));
  const H64 = primes.slice(0, 8).map(p => root(BigInt(p) << 128n, 2n));
  const K32 = K64.slice(0, 64).map(k => Number(k >> 32n) | 0);
  const H32 = H64.map(h => Number(h >> 32n) | 0);

  const concat = parts => {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  };
  const padded = (message, block, lengthBytes) => {
    const size = Math.ceil((message.length + 1 + lengthBytes) / block) * block;
    const all = new Uint8Array(size);
    all.set(message);
    all[message.length] = 0x80;
    new DataView(all.buffer).setBigUint64(size - 8, BigInt(message.length) * 8n);
    return new DataView(all.buffer);
  };

  const sha256 = message => {
    const view = padded(message, 64, 8), h = H32.slice(), w = new Int32Array(64);
    const turn = (x, n) => (x >>> n) | (x << (32 - n));
    for (let at = 0; at < view.byteLength; at += 64) {
      for (let i = 0; i < 16; i++) w[i] = view.getInt32(at + 4 * i);
      for (let i = 16; i < 64; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)) + w[i - 7] + (turn(b, 17) ^ turn(b, 19) ^ (b >>> 10));
      }
      let [a, b, c, d, e, f, g, k] = h;
      for (let i = 0; i < 64; i++) {
        const one = (k + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K32[i] + w[i]) | 0;
        const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        [k, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
      }
      [a, b, c, d, e, f, g, k].forEach((x, i) => { h[i] = (h[i] + x) | 0; });
    }
    const out = new DataView(new ArrayBuffer(32));
    h.forEach((x, i) => out.setInt32(4 * i, x));
    return new Uint8Array(out.buffer);
  };

  const sha512 = message => {
    const view = padded(message, 128, 16), h = H64.slice(), w = [];
    const turn = (x, n) => ((x >> n) | (x << (64n - n))) & M64;
    for (let at = 0; at < view.byteLength; at += 128) {
      for (let i = 0; i < 16; i++) w[i] = view.getBigUint64(at + 8 * i);
      for (let i = 16; i < 80; i++) {
        const a = w[i - 15], b = w[i - 2];
        w[i] = (w[i - 16] + (turn(a, 1n) ^ turn(a, 8n) ^ (a >> 7n)) + w[i - 7] + (turn(b, 19n) ^ turn(b, 61n) ^ (b >> 6n))) & M64;
      }
      let [a, b, c, d, e, f, g, k] = h;
      for (let i = 0; i < 80; i++) {
        const one = k + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & M64 & g)) + K64[i] + w[i];
        const two = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
        [k, g, f, e, d, c, b, a] = [g, f, e, (d + one) & M64, c, b, a, (one + two) & M64];
      }
      [a, b, c, d, e, f, g, k].forEach((x, i) => { h[i] = (h[i] + x) & M64; });
    }
    const out = new DataView(new ArrayBuffer(64));
    h.forEach((x, i) => out.setBigUint64(8 * i, x));
    return new Uint8Array(out.buffer);
  };

  const hmac = (key, message) => {
    const block = new Uint8Array(64);
    block.set(key.length > 64 ? sha256(key) : key);
    return sha256(concat([block.map(x => x ^ 0x5c), sha256(concat([block.map(x => x ^ 0x36), message]))]));
  };

  // Ed25519 (RFC 8032 section 5.1), for browsers whose WebCrypto has none. Checks only; nothing here is secret.
  const P = 2n ** 255n - 19n, L = 2n ** 252n + 27742317777372353535851937790883648493n;
  const mod = x => { const r = x % P; return r < 0n ? r + P : r; };
  const power = (x, n) => { let r = 1n; for (x = mod(x); n > 0n; n >>= 1n, x = mod(x * x)) if (n & 1n) r = mod(r * x); return r; };
  const inverse = x => power(x, P - 2n);
  const D = mod(-121665n * inverse(121666n)), I = power(2n, (P - 1n) / 4n);
  const number = bytes => bytes.reduceRight((sum, x) => (sum << 8n) | BigInt(x), 0n);
  const decode = bytes => {
    const all = number(bytes), y = all & ((1n << 255n) - 1n), sign = all >> 255n;
    if (y >= P) return null;
    const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
    let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
    if (mod(v * x * x) !== u) x = mod(x * I);
    if (mod(v * x * x) !== u || (x === 0n && sign === 1n)) return null;
    if ((x & 1n) !== sign) x = P - x;
    return [x, y, 1n, mod(x * y)];
  };
  const add = ([x1, y1, z1, t1], [x2, y2, z2, t2]) => {
    const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2)), c = mod(2n * D * t1 * t2), d = mod(2n * z1 * z2);
    const e = b - a, f = d - c, g = d + c, h = b + a;
    return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
  };
  const times = (n, point) => {
    let sum = [0n, 1n, 1n, 0n];
    for (; n > 0n; n >>= 1n, point = add(point, point)) if (n & 1n) sum = add(sum, point);
    return sum;
  };
  const baseY = mod(4n * inverse(5n));
  const base = decode(Uint8Array.from({ length: 32 }, (_, i) => Number((baseY >> BigInt(8 * i)) & 255n)));
  const ed25519 = (key, message, signature) => {
    const a = decode(key), r = decode(signature.slice(0, 32)), s = number(signature.slice(32));
    if (!a || !r || s >= L) return false;
    const k = number(sha512(concat([signature.slice(0, 32), key, message]))) % L;
    const left = times(s, base), right = add(r, times(k, a));
    return mod(left[0] * right[2]) === mod(right[0] * left[2]) && mod(left[1] * right[2]) === mod(right[1] * left[2]);
  };
  const isSigned = async (key, message, signature) => {
    const subtle = globalThis.crypto && globalThis.crypto.subtle;
    if (subtle) {
      try {
        const imported = await subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']);
        return await subtle.verify({ name: 'Ed25519' }, imported, signature, message);
      } catch (unsupported) { /* An older browser: ours below. */ }
    }
    return ed25519(key, message, signature);
  };

  const text = new TextEncoder(), read = new TextDecoder('utf-8', { fatal: true });
  const bytes = base64 => Uint8Array.from(atob(base64), c => c.charCodeAt(0));
  const hex = all => Array.from(all, x => x.toString(16).padStart(2, '0')).join('');
  const same = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
  const node = (left, right) => sha256(concat([Uint8Array.of(1), left, right]));

  const vkey = line => {
    const [name, id, rest] = [line.split('+')[0], line.split('+')[1], line.split('+').slice(2).join('+')];
    const material = bytes(rest);
    const expected = hex(sha256(concat([text.encode(name + '\n'), material]))).slice(0, 8);
    return id === expected && material.length === 33 ? { name, id, type: material[0], key: material.slice(1) } : null;
  };
  const note = whole => {
    const split = whole.lastIndexOf('\n\n');
    return {
      body: whole.slice(0, split + 1),
      lines: whole.slice(split + 2).split('\n').filter(line => line.startsWith('— ')).map(line => {
        const [, name, signature] = line.split(' ');
        const all = bytes(signature);
        return { name, id: hex(all.slice(0, 4)), signature: all.slice(4) };
      }),
    };
  };

  // RFC 9162 section 2.1.3.2.
  const included = (index, size, leaf, proof, rootHash) => {
    if (!(index < size)) return false;
    let [at, last, hash] = [index, size - 1, leaf];
    for (const sibling of proof) {
      if (last === 0 || sibling.length !== 32) return false;
      if (at % 2 === 1 || at === last) {
        hash = node(sibling, hash);
        while (at % 2 === 0 && at !== 0) { at = Math.floor(at / 2); last = Math.floor(last / 2); }
      } else {
        hash = node(hash, sibling);
      }
      at = Math.floor(at / 2);
      last = Math.floor(last / 2);
    }
    return last === 0 && same(hash, rootHash);
  };

  const cosigned = async (policy, checkpoint) => {
    const met = new Set(), groups = [], said = [];
    let quorum = 'none';
    for (const line of policy.split('\n').map(one => one.trim().split(/[ \t]+/)).filter(words => words[0] && words[0][0] !== '#')) {
      if (line[0] === 'quorum') quorum = line[1];
      if (line[0] === 'group') groups.push(line);
      if (line[0] !== 'witness') continue;
      const key = vkey(line[2]);
      for (const one of checkpoint.lines.filter(l => key && key.type === 4 && l.name === key.name && l.id === key.id && l.signature.length === 72)) {
        const time = new DataView(one.signature.buffer, one.signature.byteOffset).getBigUint64(0);
        const message = text.encode(`cosignature/v1\ntime ${time}\n${checkpoint.body}`);
        if (await isSigned(key.key, message, one.signature.slice(8))) {
          met.add(line[1]);
          said.push(`${line[1]} at ${new Date(Number(time) * 1000).toISOString()}`);
        }
      }
    }
    for (const [, name, least, ...members] of groups) {
      const needed = least === 'any' ? 1 : least === 'all' ? members.length : Number(least);
      if (members.filter(member => met.has(member)).length >= needed) met.add(name);
    }
    return { enough: quorum === 'none' || met.has(quorum), quorum, said };
  };

  const verify = async evidence => {
    const faults = [], key = vkey(evidence.vkey), checkpoint = note(evidence.checkpoint);
    const [origin, sizeText, rootText] = checkpoint.body.split('\n');
    const own = key && checkpoint.lines.filter(line => line.name === key.name && line.id === key.id);
    if (!key || key.type !== 1) {
      faults.push('key: it is no key of a log');
    } else if (origin !== key.name || !/^(0|[1-9][0-9]*)$/.test(sizeText)) {
      faults.push('checkpoint: it is not one of this log');
    } else if (own.length === 0 || !(await isSigned(key.key, text.encode(checkpoint.body), own[0].signature))) {
      faults.push('signature: the checkpoint is not signed by the key');
    }
    const size = Number(sizeText), rootHash = bytes(rootText);
    const witnesses = evidence.witnesses ? await cosigned(evidence.witnesses, checkpoint) : null;
    if (evidence.cosigned && !(witnesses && witnesses.enough)) faults.push('signature: the checkpoint lacks cosignatures that the policy asks for');

    let previous = null;
    const rows = [], commitments = new Map();
    for (const entry of evidence.entries) {
      const leaf = bytes(entry.leaf);
      if (!included(entry.index, size, sha256(concat([Uint8Array.of(0), leaf])), entry.proof.map(bytes), rootHash)) {
        faults.push(`entry ${entry.index}: it, or its proof, is not what the checkpoint covers`);
      }
      let row = {};
      try { row = JSON.parse(read.decode(leaf)); } catch (unreadable) { faults.push(`entry ${entry.index}: it can't be read`); }
      if (row.session !== evidence.session) faults.push(`entry ${entry.index}: it belongs to another session`);
      if ((row.prev === undefined ? null : row.prev) !== previous) faults.push(`entry ${entry.index}: an entry of the session before it is missing`);
      previous = entry.index;
      (row.payloads || []).forEach((payload, place) => commitments.set(`${entry.index}/${place}`, payload.commit));
      rows.push([entry.index, row]);
    }
    let whole = 0;
    for (const payload of evidence.payloads) {
      const name = `${payload.entry}/${payload.place}`, commit = commitments.get(name);
      commitments.delete(name);
      if (payload.state !== 'included') continue;
      const plain = bytes(payload.content);
      const found = hex(hmac(plain.slice(0, 32), plain.slice(32)));
      if (!commit || commit.slice(commit.indexOf(':') + 1) !== found) faults.push(`payload ${name}: it is not what the entry committed to`);
      else whole++;
    }
    for (const name of commitments.keys()) faults.push(`payload ${name}: nothing is said of it`);
    const digest = evidence.policy && evidence.policy.digest;
    if (digest && (hex(sha256(text.encode(evidence.policy.text))) !== digest || !rows.some(([, row]) => row.policy === digest))) {
      faults.push('policy: its text is not of the digest that the entries name');
    }
    return { faults, rows, witnesses, whole, size, origin };
  };

  const show = (evidence, result) => {
    const put = (id, value) => { document.getElementById(id).textContent = value; };
    const broken = result.faults.length > 0;
    document.documentElement.dataset.verdict = broken ? 'broken' : 'holds';
    put('verdict', broken ? 'This bundle does NOT verify.' : 'This bundle verifies.');
    for (const fault of result.faults.slice(0, 200)) {
      const line = document.createElement('li');
      line.textContent = fault;
      document.getElementById('faults').append(line);
    }
    put('session', evidence.session);
    put('log', `${result.origin}, ${result.size} entries`);
    put('key', evidence.vkey);
    put('witnessed', result.witnesses && result.witnesses.said.length ? result.witnesses.said.join(', ') : 'by nobody');
    put('custody', `${evidence.exported.by}, ${evidence.exported.at}, Bartizan ${evidence.exported.with}`);
    put('payloads', `${result.whole} of ${evidence.payloads.length} are here and whole`);
    const table = document.getElementById('entries');
    for (const [index, row] of result.rows) {
      const line = table.insertRow();
      const what = [row.verb, row.target, row.detail, row.outcome].filter(Boolean).join(' ');
      for (const cell of [index, row.time, row.kind, row.verdict || row.effect, what, row.reason]) line.insertCell().textContent = cell === undefined ? '' : String(cell);
    }
  };

  const main = async () => {
    try {
      const evidence = JSON.parse(document.getElementById('evidence').textContent);
      show(evidence, await verify(evidence));
    } catch (unreadable) {
      document.documentElement.dataset.verdict = 'broken';
      document.getElementById('verdict').textContent = `This bundle can't be read: ${unreadable.message}`;
    }
  };

  if (typeof document === 'undefined') globalThis.bartizan = { verify, sha256, sha512, hmac, ed25519 };
  else main();
})();
