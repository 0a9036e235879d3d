// The client command of the suite's client scenarios: `node client.mjs SERVER-URL`. It attaches to the running daemon with a manifest whose one server is the
// scenario's, and takes the steps of the scenario through the gateway: what the scenario's server sees is the gateway as a client. The steps are the
// driver's (retrying after a refused version, coming back for a broken stream, filling a form with its defaults); headers, identities and what passes are not.
// Variables: BARTIZAN_DLL, BARTIZAN_HOME, and those of the suite.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const STATELESS = '2026-07-28';
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const version = process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? '2025-11-25';
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const stateless = version === STATELESS;
const capabilities = { elicitation: {} };
const { url, token } = attach(process.argv.at(-1));
let session;
let ids = 0;

function attach(server) {
  const folder = mkdtempSync(join(tmpdir(), 'bartizan-client-'));
  try {
    const manifest = join(folder, 'agent.yaml');
    writeFileSync(manifest, `apiVersion: bartizan/v1
agent: conformance-client
version: 1
owner: conformance@example.com
description: Calls everything.
environment: development
servers:
  up: { url: "${server}" }
rules:
  - allow: tool up/**
    why: The suite calls all of it.
`);
    const attached = JSON.parse(execFileSync('dotnet', [process.env.BARTIZAN_DLL, 'attach', '-m', manifest, '--json']));
    return { token: attached.token, url: Object.values(attached.endpoints.mcp.servers)[0] };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function send(message, { method = 'POST', headers = {} } = {}) {
  const response = await fetch(url, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      accept: method === 'GET' ? 'text/event-stream' : 'application/json, text/event-stream',
      ...(message && { 'content-type': 'application/json' }),
      ...(session && { 'mcp-session-id': session, 'mcp-protocol-version': version }),
      ...headers,
    },
    ...(message && { body: JSON.stringify({ jsonrpc: '2.0', ...message }) }),
  });
  session ??= response.headers.get('mcp-session-id') ?? undefined;
  return response;
}

async function* events(response) {
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) {
      const event = {};
      for (const line of text.slice(0, end).split('\n')) {
        const [, name, value] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
        if (name) event[name] = value;
      }
      yield event;
    }
  }
}

// What the specification asks of a client in front of a server that asks for input: a form's fields that have a default.
function fill({ requestedSchema }) {
  const fields = Object.entries(requestedSchema.properties).map(([name, field]) => [name, field.default ?? true]);
  return { action: 'accept', content: Object.fromEntries(fields) };
}

async function reply({ id, method, params }) {
  await send({ id, result: method === 'elicitation/create' ? fill(params) : {} });
}

// What a server asks by itself comes on a stream of its own.
async function listen() {
  for await (const event of events(await send(undefined, { method: 'GET' }))) {
    const message = event.data ? JSON.parse(event.data) : {};
    if (message.method && message.id !== undefined) await reply(message);
  }
}

function plain(value) {
  const text = String(value);
  return /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$|^$/.test(text) && !text.startsWith('=?base64?')
    ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

function mirrored(tool, args) {
  return Object.fromEntries(Object.entries(tool?.inputSchema?.properties ?? {})
    .filter(([name, field]) => field['x-mcp-header'] && args?.[name] !== undefined && args[name] !== null)
    .map(([name, field]) => [`mcp-param-${field['x-mcp-header']}`, plain(args[name])]));
}

async function ask(method, params = {}, tool = undefined) {
  const id = ++ids;
  const headers = stateless ? {
    'mcp-protocol-version': STATELESS,
    'mcp-method': method,
    ...((params.name ?? params.uri) !== undefined && { 'mcp-name': plain(params.name ?? params.uri) }),
    ...mirrored(tool, params.arguments),
  } : {};
  const meta = stateless && { _meta: {
    'io.modelcontextprotocol/protocolVersion': STATELESS,
    'io.modelcontextprotocol/clientInfo': { name: 'conformance-driver', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  } };
  let response = await send({ id, method, params: { ...params, ...meta } }, { headers });
  for (let tries = 0; tries < 5; tries++) {
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return await response.json();
    let last, retry = 1000;
    for await (const event of events(response)) {
      last = event.id ?? last;
      retry = Number(event.retry ?? retry);
      const message = event.data ? JSON.parse(event.data) : {};
      if (message.method && message.id !== undefined) {
        await reply(message);
      } else if (message.id === id) {
        return message;
      }
    }
    if (last === undefined) break;
    await wait(retry);
    response = await send(undefined, { method: 'GET', headers: { 'last-event-id': last } });
  }
  throw new Error(`no answer to ${method}`);
}

async function result(method, params, tool) {
  const answer = await ask(method, params, tool);
  if (answer.error?.code === -32022 && answer.error.data?.supported?.includes(STATELESS)) return await result(method, params, tool);
  if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
  return answer.result;
}

async function call(tool, args = {}, more = {}) {
  const answer = await result('tools/call', { name: tool.name, arguments: args, ...more }, tool);
  if (answer.resultType !== 'input_required') return answer;
  const asked = Object.entries(answer.inputRequests).map(([key, request]) => [key, fill(request.params)]);
  return await call(tool, args, {
    inputResponses: Object.fromEntries(asked),
    ...(answer.requestState !== undefined && { requestState: answer.requestState }),
  });
}

if (stateless) {
  await result('server/discover');
} else {
  await result('initialize', { protocolVersion: version, capabilities, clientInfo: { name: 'conformance-driver', version: '1' } });
  await send({ method: 'notifications/initialized' });
}

const { tools } = await result('tools/list');
const named = (name) => tools.find((tool) => tool.name === name);
switch (scenario) {
  case 'tools_call':
    await call(named('add_numbers'), { a: 5, b: 3 });
    break;
  case 'elicitation-sep1034-client-defaults':
    listen().catch(() => {});
    for (const tool of tools) await call(tool);
    break;
  case 'json-schema-ref-no-deref':
    // It has no tool to call: what it watches for is whether reading the list makes anybody fetch.
    break;
  case 'json-schema-2020-12-preservation':
    await call(named('json_schema_echo'), { schema: named('json_schema_2020_12_tool').inputSchema });
    break;
  case 'http-custom-headers':
    for (const { name, arguments: args } of context.toolCalls) {
      const first = await call(named(name), args);
      // A null where the schema wants a boolean doesn't fit, and the gateway says so: it is left out then.
      if (first.isError) await call(named(name), Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null)));
    }
    break;
  case 'http-standard-headers':
    for (const tool of tools) await call(tool);
    for (const { uri } of (await result('resources/list')).resources) await result('resources/read', { uri });
    for (const { name } of (await result('prompts/list')).prompts) await result('prompts/get', { name });
    break;
  default:
    // Whatever is in the list: what has to be left out of it is the gateway's to leave out.
    for (const tool of tools) await call(tool, tool.inputSchema?.required?.includes('region') ? { region: 'north' } : {});
}
process.exit(0);
