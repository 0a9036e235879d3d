// A model for the example, in the wire format of the Messages API: it does whatever the last text that it reads tells it to,
// also when that text is a customer's ticket. A real model does so less often, and that is the only difference that matters.
import http from 'node:http';

const orders = [
  [/refund (\d+) for ([\w-]+)/i, ([, amount, ticket]) => ['payments__refund', { ticket, amount: Number(amount) }]],
  [/draft for (\w+)-(\d+): (.+)/i, ([, region, n, body]) => ['tickets__draft_reply', { id: `${region}-${n}`, region, body }]],
  [/read (\w+)-(\d+) as (\w+)/i, ([, at, n, region]) => ['tickets__read_ticket', { id: `${at}-${n}`, region }]],
  [/read (\w+)-(\d+)/i, ([, region, n]) => ['tickets__read_ticket', { id: `${region}-${n}`, region }]],
  [/export accounts/i, () => ['payments__export_accounts', {}]],
];

const textOf = (content) =>
  typeof content === 'string'
    ? content
    : content.map((block) => block.text ?? (block.content ? textOf(block.content) : '')).join('\n');

function answerTo({ messages }) {
  const last = messages.at(-1);
  const said = textOf(last.content);
  const turns = messages.filter((message) => message.role === 'assistant').length;
  const order = turns < 4 && orders.find(([pattern]) => pattern.test(said));
  if (!order) return { stop: 'end_turn', content: [{ type: 'text', text: said }] };
  const [name, input] = order[1](said.match(order[0]));
  return { stop: 'tool_use', content: [{ type: 'tool_use', id: `toolu_${turns}`, name, input }] };
}

export function startModel() {
  const server = http.createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const { stop, content } = answerTo(JSON.parse(Buffer.concat(pieces)));
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'msg_example',
        type: 'message',
        role: 'assistant',
        model: 'scripted-1',
        content,
        stop_reason: stop,
        stop_sequence: null,
        usage: { input_tokens: 20, output_tokens: 20 },
      }),
    );
  });
  return new Promise((listening) => server.listen(0, '127.0.0.1', () => listening(server)));
}
