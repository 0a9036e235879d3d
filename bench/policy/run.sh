#!/bin/sh
# Decisions, compilation and proofs of policies beside @cedar-policy/cedar-wasm and @microsoft/agent-governance-sdk.
#   bench/policy/run.sh      about five minutes, on a machine that does nothing else
# With npm the other engines are installed by name into artifacts/, where they aren't yet; without it their rows say so.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
peers="$root/artifacts/policy-peers"
if command -v npm >/dev/null && [ ! -d "$peers/node_modules/@microsoft/agent-governance-sdk" ]; then
    mkdir -p "$peers"
    npm install --prefix "$peers" --no-audit --no-fund --no-save --ignore-scripts --loglevel=error \
        @cedar-policy/cedar-wasm@4.13.0 @microsoft/agent-governance-sdk@4.0.0 >&2
fi
project="$root/bench/Bartizan.Policy.Bench"
dotnet build -c Release -v q --nologo "$project" >/dev/null
exec "$project/bin/Release/net10.0/Bartizan.Policy.Bench" "$peers"
