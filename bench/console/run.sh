#!/usr/bin/env bash
# How soon the console's page of a thousand live sessions shows, in a real browser, what one of them did: from the agent's having its refusal to the
# frame that says so. A real instance, TLS, a person signed in with a second factor.
#
#   bench/console/run.sh [sessions] [rounds]
#
# Needs Chromium (Debian: apt-get install chromium). Exit code 1 when the goal is missed.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
sessions=${1:-1000} rounds=${2:-200}
[ -x /usr/bin/chromium ] || { printf 'error: Chromium is not installed\nhint: apt-get install chromium\n' >&2; exit 2; }
dotnet build -c Release -v q --nologo "$root/src/Bartizan.Cli" >&2
dotnet build -c Release -v q --nologo "$root/bench/Bartizan.Console.Bench" >&2
bartizan=$root/src/Bartizan.Cli/bin/Release/net10.0/bartizan
work=$(mktemp -d)
export BARTIZAN_HOME=$work/home
finish() {
    "$bartizan" down >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap finish EXIT
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
mkdir -m 700 "$BARTIZAN_HOME"
printf 'listen: 127.0.0.1:%s\n' "$port" >"$BARTIZAN_HOME/console.yaml"
printf 'people: []\n' >"$BARTIZAN_HOME/people.yaml"
cat >"$work/agent.yaml" <<MANIFEST
apiVersion: bartizan/v1
agent: watched
version: 1
owner: bench@example.com
environment: development
rules:
  - allow: http GET http://127.0.0.1:10/nothing
    why: Nothing asks for it.
MANIFEST
"$bartizan" up >&2
dotnet "$root/bench/Bartizan.Console.Bench/bin/Release/net10.0/Bartizan.Console.Bench.dll" "$BARTIZAN_HOME" "$work/agent.yaml" "$sessions" "$rounds"
