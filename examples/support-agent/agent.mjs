// The support agent: a loop of a model and its tools behind POST /chat. It knows no rule, no key and no user: where the model and the
// tools are, and as which session it speaks, it is told with each request (an agent elsewhere) or by its variables (in its sandbox).
import http from 'node:http';

const MAX_TURNS = 5;

const placesOf = (headers) => {
  if (headers['bartizan-endpoints']) {
    const { anthropic, mcp } = JSON.parse(headers['bartizan-endpoints']);
    return { model: anthropic, tools: mcp.all, token: headers['bartizan-token'] };
  }

  return {
    model: process.env.ANTHROPIC_BASE_URL,
    tools: process.env.BARTIZAN_MCP_URL ?? 'http://127.0.0.1:8081/mcp',
    token: process.env.ANTHROPIC_API_KEY,
  };
};

async function post(url, token, body, more = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      ...more,
    },
    body: JSON.stringify(body),
  });
  const raw = await response.text();
  const data = response.headers.get('content-type')?.startsWith('text/event-stream')
    ? raw
        .split('\n')
        .filter((line) => line.startsWith('data:') && line.length > 6)
        .map((line) => line.slice(5))
        .at(-1)
    : raw;
  return { response, body: data ? JSON.parse(data) : null };
}

async function openTools({ tools, token }) {
  const hello = await post(tools, token, {
    jsonrpc: '2.0',
    id: 0,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'support-agent', version: '1' } },
  });
  const session = hello.response.headers.get('mcp-session-id');
  const more = { 'mcp-protocol-version': '2025-11-25', ...(session ? { 'mcp-session-id': session } : {}) };
  await post(tools, token, { jsonrpc: '2.0', method: 'notifications/initialized' }, more);
  let next = 1;
  return async (method, params) => {
    const { body } = await post(tools, token, { jsonrpc: '2.0', id: next++, method, params }, more);
    return body.error ? { content: [{ type: 'text', text: `refused: ${body.error.message}` }] } : body.result;
  };
}

async function talk(places, message) {
  const call = await openTools(places);
  const listed = (await call('tools/list', {})).tools ?? [];
  const tools = listed.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }));
  const messages = [{ role: 'user', content: message }];
  const trace = [];
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    const { response, body } = await post(
      `${places.model}/v1/messages`,
      places.token,
      { model: 'scripted-1', max_tokens: 500, tools, messages },
      { 'anthropic-version': '2023-06-01' },
    );
    if (!response.ok) return { answer: `the model said no: ${JSON.stringify(body?.error ?? body)}`, trace };
    messages.push({ role: 'assistant', content: body.content });
    const uses = body.content.filter((block) => block.type === 'tool_use');
    if (uses.length === 0) return { answer: body.content.map((block) => block.text ?? '').join(''), trace };
    const results = [];
    for (const { id, name, input } of uses) {
      const result = await call('tools/call', { name, arguments: input });
      const text = (result.content ?? []).map((block) => block.text ?? '').join('\n');
      trace.push({ name, input, text });
      results.push({ type: 'tool_result', tool_use_id: id, content: text });
    }
    messages.push({ role: 'user', content: results });
  }
  return { answer: 'too many turns', trace };
}

const server = http.createServer(async (request, response) => {
  response.setHeader('content-type', 'application/json');
  if (request.method === 'GET' && request.url === '/health') return response.end('{"up":true}');
  if (request.method !== 'POST' || request.url !== '/chat') {
    response.statusCode = 404;
    return response.end('{}');
  }
  try {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const { message } = JSON.parse(Buffer.concat(pieces));
    response.end(JSON.stringify(await talk(placesOf(request.headers), message)));
  } catch (error) {
    response.statusCode = 500;
    response.end(JSON.stringify({ error: error.message }));
  }
});
server.listen(Number(process.env.PORT ?? 8000), '127.0.0.1', () =>
  process.stderr.write(`listening ${server.address().port}\n`),
);
