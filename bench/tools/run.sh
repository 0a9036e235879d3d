#!/usr/bin/env bash
# The tool gateway beside the server alone, a relay that does nothing, and two proxies of others; then a thousand sessions that do nothing. Prints
# tables and goals as Markdown; exit code 1 when a goal is missed.
#   bench/tools/run.sh          about four minutes, on a machine that does nothing else
#   bench/tools/run.sh quick    without the proxies of others, fewer calls
# Needs node and BARTIZAN_SHARED naming the folder of the shared harness. The proxies are installed at pinned versions into artifacts/peers.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
root=$PWD
harness=${BARTIZAN_SHARED:-$root/../shared}/harness
[ -f "$harness/bench-mcp.mjs" ] || { printf 'error: the shared harness is not here\nhint: set BARTIZAN_SHARED\n' >&2; exit 2; }
peers=$root/artifacts/peers
calls=20000 rounds=5 warmup=6000
if [ "${1:-}" = quick ]; then calls=3000 rounds=3 warmup=2000; fi

dotnet build src/Bartizan.Cli -c Release --nologo -v q >&2
bartizan() { dotnet "$root/src/Bartizan.Cli/bin/Release/net10.0/bartizan.dll" "$@"; }
work=$(mktemp -d)
export BARTIZAN_HOME=$work/home
started=()
end() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  bartizan down >/dev/null 2>&1 || true
  rm -rf "$work"
}
trap end EXIT
port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }
# Starts a program and waits until its port answers.
serve() {
  local at=$1; shift
  "$@" >"$work/$at.log" 2>&1 & started+=($!)
  for _ in $(seq 100); do if (exec 3<>"/dev/tcp/127.0.0.1/$at") 2>/dev/null; then return; fi; sleep 0.1; done
  printf 'error: `%s` does not listen\n' "$*" >&2; exit 1
}

direct=$(port); serve "$direct" node "$harness/mcp-upstream.mjs" --port "$direct"
relay=$(port); serve "$relay" node "$harness/header-inject.mjs" --port "$relay" --to "http://127.0.0.1:$direct"
targets=(--target "direct=http://127.0.0.1:$direct/mcp" --target "relay=http://127.0.0.1:$relay/mcp" --pid "relay=${started[1]}")

cat >"$work/agent.yaml" <<Y
apiVersion: bartizan/v1
agent: bench
version: 1
owner: bench@example.com
description: Calls one tool.
environment: development
servers:
  up: { url: "http://127.0.0.1:$direct/mcp" }
rules:
  - allow: tool up/*
    why: The benchmark calls it.
Y
bartizan up >&2
attached=$(bartizan attach -m "$work/agent.yaml" --json)
read -r token url < <(node -e 'const a=JSON.parse(process.argv[1]);console.log(a.token,Object.values(a.endpoints.mcp.servers)[0])' "$attached")
daemon=$(bartizan status --json | node -e 'let t="";process.stdin.on("data",d=>t+=d).on("end",()=>console.log(JSON.parse(t).pid))')
targets+=(--target "bartizan=$url;x-api-key: $token" --pid "bartizan=$daemon")

if [ "${1:-}" != quick ]; then
  mkdir -p "$peers"
  npm install --prefix "$peers" --no-fund --no-audit --silent mcp-proxy@6.7.19 supergateway@4.0.0 >&2
  proxy=$(port); serve "$proxy" "$peers/node_modules/.bin/mcp-proxy" --host 127.0.0.1 --port "$proxy" --server stream -- node "$harness/mcp-upstream.mjs" --stdio
  targets+=(--target "mcp-proxy=http://127.0.0.1:$proxy/mcp")
  super=$(port); serve "$super" "$peers/node_modules/.bin/supergateway" --stdio "node $harness/mcp-upstream.mjs --stdio" --outputTransport streamableHttp --stateful --port "$super"
  targets+=(--target "supergateway=http://127.0.0.1:$super/mcp")
fi

for c in 8 1; do
  node "$harness/bench-mcp.mjs" "${targets[@]}" -c $c -n "$calls" --rounds $rounds --warmup $warmup >"$work/c$c"
  printf '\n    %s\n' "tools/call, $c at a time:"
  sed 's/^/    /' "$work/c$c"
done
node bench/tools/idle.mjs "$url" "$token" "$daemon" >"$work/idle"
printf '\n'
cat "$work/idle"

node - "$work" <<'J'
const fs = require('fs');
const of = (file, name) => fs.readFileSync(`${process.argv[2]}/${file}`, 'utf8').split('\n').map((l) => l.trim().split(/\s+/)).find((f) => f[0] === name);
const share = +of('c8', 'bartizan')[6], added = +of('c1', 'bartizan')[7], idle = +/(-?[\d.]+) MB more/.exec(fs.readFileSync(`${process.argv[2]}/idle`, 'utf8'))[1];
const rows = [['calls per second at 8, of direct', '≥ 0.45', share, share >= 0.45], ['added p50 at 1, ms', '≤ 0.6', added, added <= 0.6], ['1,000 idle sessions, MB over idle', '≤ 100', idle, idle <= 100]];
console.log('\n| goal | bound | measured | |\n|---|---|---|---|');
for (const [what, bound, value, ok] of rows) console.log(`| ${what} | ${bound} | ${value} | ${ok ? 'pass' : '**miss**'} |`);
process.exit(rows.every((r) => r[3]) ? 0 : 1);
J
