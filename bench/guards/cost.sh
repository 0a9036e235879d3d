#!/bin/sh
# What all deterministic guards cost on clean and on crafted texts of 10 KB and 1 MB, and what the lexical vote costs for each KB of a
# text that is unfolded already, on one core, with what it allocates. Rows are measured in turns; two minutes.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
project="$root/bench/Bartizan.Guards.Training"
dotnet build -c Release -v q --nologo "$project" >/dev/null
"$project/bin/Release/net10.0/Bartizan.Guards.Training" guards
exec "$project/bin/Release/net10.0/Bartizan.Guards.Training" cost
