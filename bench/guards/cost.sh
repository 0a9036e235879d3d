#!/bin/sh
# What the lexical vote costs for each KB of a text that is unfolded already, on one core, and what it allocates. Some seconds.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
project="$root/bench/Bartizan.Guards.Training"
dotnet build -c Release -v q --nologo "$project" >/dev/null
exec "$project/bin/Release/net10.0/Bartizan.Guards.Training" cost
