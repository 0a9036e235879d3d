#!/bin/sh
# The model gateway beside nginx and a bare Kestrel forwarder: prints the tables and the goals as Markdown.
#   bench/gateway/run.sh          about six minutes, on a machine that does nothing else
#   bench/gateway/run.sh quick    one short round of each
#   bench/gateway/run.sh bench-llm    the load generator of the shared harness alone
# Needs wrk and nginx (Debian: apt-get install wrk nginx-light). With node and BARTIZAN_SHARED naming the folder of the
# shared harness, bench-llm.mjs runs too. Exit code 1 when a goal is missed.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
project="$root/bench/Bartizan.Gateway.Bench"
dotnet build -c Release -v q --nologo "$project" >/dev/null
cd "$root"
exec "$project/bin/Release/net10.0/Bartizan.Gateway.Bench" "$@"
