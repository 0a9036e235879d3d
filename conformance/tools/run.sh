#!/usr/bin/env bash
# The official MCP conformance suite through the tool gateway, in both eras of the protocol; exit code 1 when a scored scenario fails.
# Needs node 22 or later and BARTIZAN_SHARED naming the folder of the shared harness. The suite's two releases are installed at pinned versions into
# artifacts/peers.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
root=$PWD
harness=${BARTIZAN_SHARED:-$root/../shared}/harness
[ -f "$harness/mcp-conformance.sh" ] || { printf 'error: the shared harness is not here\nhint: set BARTIZAN_SHARED\n' >&2; exit 2; }
for release in 0.1.16 0.2.0-alpha.12; do
  mkdir -p "$root/artifacts/peers/conformance-$release"
  npm install --prefix "$root/artifacts/peers/conformance-$release" --no-fund --no-audit --silent "@modelcontextprotocol/conformance@$release" >&2
done
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
serve() {
  local at=$1; shift
  "$@" >"$work/$at.log" 2>&1 & started+=($!)
  for _ in $(seq 100); do if (exec 3<>"/dev/tcp/127.0.0.1/$at") 2>/dev/null; then return; fi; sleep 0.1; done
  printf 'error: `%s` does not listen\n' "$*" >&2; exit 1
}

upstream=$(port); serve "$upstream" node "$harness/mcp-upstream.mjs" --port "$upstream"
cat >"$work/agent.yaml" <<Y
apiVersion: bartizan/v1
agent: conformance
version: 1
owner: conformance@example.com
description: Calls everything.
environment: development
servers:
  up: { url: "http://127.0.0.1:$upstream/mcp" }
rules:
  - allow: tool up/**
    why: The suite calls all of it.
Y
attached=$(bartizan attach -m "$work/agent.yaml" --json)
read -r token url < <(node -e 'const a=JSON.parse(process.argv[1]);console.log(a.token,Object.values(a.endpoints.mcp.servers)[0])' "$attached")
# The suite sends no token: a relay adds it.
relay=$(port); serve "$relay" node "$harness/header-inject.mjs" --port "$relay" --to "${url%/mcp/*}" --header "x-api-key: $token"
CONF_016=$root/artifacts/peers/conformance-0.1.16 CONF_02=$root/artifacts/peers/conformance-0.2.0-alpha.12 OUT=$work/out \
  bash "$harness/mcp-conformance.sh" "http://127.0.0.1:$relay/mcp/up"
