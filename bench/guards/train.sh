#!/bin/sh
# Trains the lexical guard and writes its weights, and the list of words that letters with gaps are cut into. The same data make the
# same bytes; two to four minutes on one core.
#   BARTIZAN_SHARED=… bench/guards/train.sh [WEIGHTS [WORDS]]      default: the files that are built into the program
# The data are not part of this repository: see docs/lexical-guard.md for what they are and under which licences.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
data="${BARTIZAN_SHARED:-$root/../shared}/data/train"
[ -d "$data" ] || { echo "error: no training data at $data; set BARTIZAN_SHARED" >&2; exit 2; }
project="$root/bench/Bartizan.Guards.Training"
dotnet build -c Release -v q --nologo "$project" >/dev/null
"$project/bin/Release/net10.0/Bartizan.Guards.Training" words "$data" "${2:-$root/src/Bartizan.Guards/Texts/spelled.txt}"
exec "$project/bin/Release/net10.0/Bartizan.Guards.Training" train "$data" "${1:-$root/src/Bartizan.Guards/Injection/Lexical/weights.bin}"
