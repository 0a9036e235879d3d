#!/usr/bin/env bash
# Runs RUNS agents (100) in a row through one daemon and compares what stands on the host before and after; then kills RUNS agents and
# measures each kill. Usage: bench/soak/leaks.sh [RUNS]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.EndToEnd.Tests -c Release --nologo -v q
BARTIZAN_LEAK_RUNS=${1:-100} dotnet tests/Bartizan.EndToEnd.Tests/bin/Release/net10.0/Bartizan.EndToEnd.Tests.dll -noColor -showLiveOutput -class '*.LeakTests'
