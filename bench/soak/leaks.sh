#!/usr/bin/env bash
# Runs RUNS agents (100) in a row through one daemon and compares what stands on the host before and after; then kills RUNS agents and
# measures each kill, and the kill of one that has a role in a database. Usage: bench/soak/leaks.sh [RUNS]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.EndToEnd.Tests -c Release --nologo -v q
export BARTIZAN_LEAK_RUNS=${1:-100}
tests=tests/Bartizan.EndToEnd.Tests/bin/Release/net10.0/Bartizan.EndToEnd.Tests.dll
dotnet "$tests" -noColor -showLiveOutput -class '*.LeakTests'
dotnet "$tests" -noColor -method '*.A_kill_drops_the_role_and_ends_its_connections_within_a_second'
