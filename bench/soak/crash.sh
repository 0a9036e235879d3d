#!/usr/bin/env bash
# Kills the daemon with SIGKILL while eight agents call a model, ROUNDS times (50), and compares the provider's own record with the log.
# Usage: bench/soak/crash.sh [ROUNDS]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.EndToEnd.Tests -c Release --nologo -v q
BARTIZAN_CRASH_ROUNDS=${1:-50} dotnet tests/Bartizan.EndToEnd.Tests/bin/Release/net10.0/Bartizan.EndToEnd.Tests.dll -noColor -showLiveOutput -class '*.CrashTests'
