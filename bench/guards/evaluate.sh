#!/bin/sh
# What the lexical guard is worth on sources that its weights have not seen: per set, template and language; nominal and real rates of
# clean texts; over-defense; disguises; the patterns alone beside it. About five minutes on one core.
#   BARTIZAN_SHARED=… bench/guards/evaluate.sh [disguises]      only the table of disguises: some seconds
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
data="${BARTIZAN_SHARED:-$root/../shared}/data/train"
[ -d "$data" ] || { echo "error: no training data at $data; set BARTIZAN_SHARED" >&2; exit 2; }
project="$root/bench/Bartizan.Guards.Training"
dotnet build -c Release -v q --nologo "$project" >/dev/null
exec "$project/bin/Release/net10.0/Bartizan.Guards.Training" "${1:-evaluate}" "$data"
