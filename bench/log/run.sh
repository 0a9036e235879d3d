#!/usr/bin/env bash
# Measures the log against its goals and prints goal, value and verdict; about three minutes on two cores. Wants a quiet machine.
# Usage: bench/log/run.sh [SECONDS-PER-ROUND]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build bench/Bartizan.Log.Bench -c Release --nologo -v q
exec dotnet bench/Bartizan.Log.Bench/bin/Release/net10.0/Bartizan.Log.Bench.dll "$@"
