#!/usr/bin/env bash
# Lets one system call after another fail under a writer of the log, by strace, or kills it, RUNS times (1000), and judges the log after each.
# Usage: bench/soak/log-faults.sh [RUNS]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.Log.Tests -c Release --nologo -v q
DOTNET_ROOT=$(dirname "$(readlink -f "$(command -v dotnet)")") BARTIZAN_LOG_FAULT_RUNS=${1:-1000} \
  tests/Bartizan.Log.Tests/bin/Release/net10.0/Bartizan.Log.Tests -noColor -showLiveOutput -class '*.FaultInjectionTests'
