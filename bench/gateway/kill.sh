#!/bin/sh
# Kills a session in the middle of a stream, 200 times, with 50 other streams busy: prints when the last byte came after the switch.
# Then 80 times in an instance of its own: by the command `bartizan kill`, from its start, and by the control API alone.
#   bench/gateway/kill.sh         about two minutes; exit code 1 when a goal is missed
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
project="$root/bench/Bartizan.Gateway.Bench"
dotnet build -c Release -v q --nologo "$project" >/dev/null
dotnet build -c Release -v q --nologo "$root/src/Bartizan.Cli" >/dev/null
bench="$project/bin/Release/net10.0/Bartizan.Gateway.Bench"
work=$(mktemp -d)
mkfifo "$work/in"
"$bench" events <"$work/in" >"$work/out" &
origin=$!
exec 9>"$work/in"
trap 'exec 9>&-; wait "$origin" 2>/dev/null || true; rm -rf "$work"' EXIT
until grep -q LISTENING "$work/out"; do sleep 0.1; done
events="http://127.0.0.1:$(sed -n 's/.*LISTENING //p' "$work/out")/"
met=0
"$bench" kill "$events" || met=1
mkdir "$work/home"
"$bench" kill-command "$events" "$root/src/Bartizan.Cli/bin/Release/net10.0/bartizan.dll" "$work/home" || met=1
exit "$met"
