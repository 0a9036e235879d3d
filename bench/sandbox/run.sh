#!/bin/sh
# Sandbox start with all layers beside bare bwrap and @anthropic-ai/sandbox-runtime, and the kill of 400 processes.
#   bench/sandbox/run.sh [starts] [kills]      on a machine that does nothing else
# With npm, socat and ripgrep (Debian: apt-get install npm socat ripgrep) the runtime is installed by name into artifacts/,
# where it isn't yet; without them its row says that it was not measured.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
peer="$root/artifacts/sandbox-runtime"
if [ -z "${BARTIZAN_SRT:-}" ] && command -v npm >/dev/null && command -v socat >/dev/null && command -v rg >/dev/null; then
    if [ ! -x "$peer/node_modules/.bin/srt" ]; then
        mkdir -p "$peer"
        npm install --prefix "$peer" --no-audit --no-fund --no-save --loglevel=error @anthropic-ai/sandbox-runtime@0.0.83 >&2
    fi
    export BARTIZAN_SRT="$peer/node_modules/.bin/srt"
fi
project="$root/bench/Bartizan.Sandbox.Bench"
dotnet build -c Release -v q --nologo "$project" >/dev/null
exec "$project/bin/Release/net10.0/Bartizan.Sandbox.Bench" "$@"
