// Opens a thousand MCP sessions that then do nothing, each with the stream that it listens on, and says what memory that took.
// Usage: node idle.mjs URL TOKEN PID
import fs from 'node:fs';
import http from 'node:http';

const SESSIONS = 1000;
const [url, token, pid] = process.argv.slice(2);
const target = new URL(url);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
const rss = () => +/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1] / 1024;
const settle = () => new Promise((resolve) => setTimeout(resolve, 3000));

function request(method, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const sent = http.request(
      target,
      { method, agent, headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json', 'x-api-key': token, ...headers } },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

async function open() {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'idle', version: '1' } };
  const opened = await request('POST', { jsonrpc: '2.0', id: 1, method: 'initialize', params });
  opened.resume();
  const session = opened.headers['mcp-session-id'];
  if (opened.statusCode !== 200 || !session) throw new Error(`a session was not opened: ${opened.statusCode}`);
  const headers = { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' };
  (await request('POST', { jsonrpc: '2.0', method: 'notifications/initialized' }, headers)).resume();
  const stream = await request('GET', null, headers);
  stream.resume();
  return stream.statusCode;
}

await open();
await settle();
const before = rss();
const codes = {};
for (let i = 0; i < SESSIONS; i += 50) {
  for (const code of await Promise.all(Array.from({ length: 50 }, open))) codes[code] = (codes[code] ?? 0) + 1;
}
await settle();
const after = rss();
console.log(`${SESSIONS} idle sessions (streams: ${JSON.stringify(codes)}): ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB with them, ${(after - before).toFixed(0)} MB more`);
process.exit(0);
