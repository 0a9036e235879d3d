#!/usr/bin/env bash
# Runs SCRIPTS random scripts (50,000) in bash and in dash with stub programs: what is executed must have been read before.
# Usage: bench/soak/shell.sh [SCRIPTS] [SEED]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.Core.Tests -c Release --nologo -v q
BARTIZAN_FUZZ_SCRIPTS=${1:-50000} BARTIZAN_FUZZ_SEED=${2:-1} dotnet tests/Bartizan.Core.Tests/bin/Release/net10.0/Bartizan.Core.Tests.dll \
  -noColor -diagnostics -showLiveOutput -class '*.ShellFuzzTests'
