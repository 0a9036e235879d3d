#!/bin/sh
# Kills a session in the middle of a stream, 200 times, with 50 other streams busy: prints when the last byte came after the switch.
#   bench/gateway/kill.sh         about a minute; exit code 1 when the goal is missed
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
project="$root/bench/Bartizan.Gateway.Bench"
dotnet build -c Release -v q --nologo "$project" >/dev/null
bench="$project/bin/Release/net10.0/Bartizan.Gateway.Bench"
work=$(mktemp -d)
mkfifo "$work/in"
"$bench" events <"$work/in" >"$work/out" &
origin=$!
exec 9>"$work/in"
trap 'exec 9>&-; wait "$origin" 2>/dev/null || true; rm -rf "$work"' EXIT
until grep -q LISTENING "$work/out"; do sleep 0.1; done
"$bench" kill "http://127.0.0.1:$(sed -n 's/.*LISTENING //p' "$work/out")/"
