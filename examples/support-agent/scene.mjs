// What the script needs of the world: an instance of its own in a temporary folder, the provider, the model, and programs that end when
// it does. The agent is started by the instance, in a sandbox for each customer.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { startModel } from './model.mjs';
import { startProvider } from './provider.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const [command, ...before] = process.env.BARTIZAN_COMMAND?.split(' ') ?? [path.join(here, '..', '..', 'bartizan')];

export const audience = 'urn:support-agent';
export const client = { id: 'shop', redirect: 'http://127.0.0.1:1/signed-in' };

const freePort = () =>
  new Promise((found) => {
    const listener = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address();
      listener.close(() => found(port));
    });
  });

export async function openScene() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'support-agent-'));
  const home = path.join(folder, 'home');
  fs.mkdirSync(home, { mode: 0o700 });
  const [listen, desk] = [await freePort(), await freePort()];
  const provider = await startProvider({
    resource: audience,
    clients: [
      {
        client_id: client.id,
        token_endpoint_auth_method: 'none',
        redirect_uris: [client.redirect],
        application_type: 'native',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
  });
  const model = await startModel();
  for (const program of ['agent.mjs', 'shop.mjs']) fs.copyFileSync(path.join(here, program), path.join(folder, program));
  const manifest = path.join(folder, 'agent.yaml');
  const places = new Map([
    ['/opt/support-agent/', `${folder}/`],
    ['127.0.0.1:18643', `127.0.0.1:${listen}`],
    ['http://127.0.0.1:18400', provider.issuer],
    ['http://127.0.0.1:18401', `http://127.0.0.1:${model.address().port}`],
  ]);
  let text = fs.readFileSync(path.join(here, 'agent.yaml'), 'utf8');
  for (const [written, found] of places) text = text.replaceAll(written, found);
  fs.writeFileSync(manifest, text);
  fs.writeFileSync(
    path.join(home, 'people.yaml'),
    'people:\n  - { name: sam@example.com }\n  - { name: fay@example.com }\n  - { name: fred@example.com }\n',
    { mode: 0o600 },
  );
  fs.writeFileSync(path.join(home, 'console.yaml'), `listen: 127.0.0.1:${desk}\n`, { mode: 0o600 });

  const env = { ...process.env, BARTIZAN_HOME: home, SUPPORT_MODEL_KEY: 'only-for-this-example' };
  const bartizan = (...words) =>
    new Promise((ended) =>
      execFile(command, [...before, ...words], { env, cwd: folder, maxBuffer: 64 << 20 }, (error, out, err) =>
        ended({ code: error?.code ?? 0, out, err }),
      ),
    );

  const close = async () => {
    await bartizan('down');
    model.close();
    provider.server.close();
    provider.server.closeAllConnections();
    model.closeAllConnections();
    fs.rmSync(folder, { recursive: true, force: true });
  };

  return {
    bartizan,
    close,
    home,
    manifest,
    issuer: provider.issuer,
    url: `http://127.0.0.1:${listen}`,
    console: `https://127.0.0.1:${desk}`,
  };
}
