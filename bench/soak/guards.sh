#!/usr/bin/env bash
# Random texts through every parser and detector of the guards, for SECONDS (600): no crash, no hang, every place within its text, no
# credential through a stream that is cut anywhere, JSON stays JSON.
# Usage: bench/soak/guards.sh [SECONDS] [SEED]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.Guards.Tests -c Release --nologo -v q
BARTIZAN_FUZZ_SECONDS=${1:-600} BARTIZAN_FUZZ_SEED=${2:-1} dotnet tests/Bartizan.Guards.Tests/bin/Release/net10.0/Bartizan.Guards.Tests.dll \
  -noColor -diagnostics -showLiveOutput -class '*.FuzzTests'
