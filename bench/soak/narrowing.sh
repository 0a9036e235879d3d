#!/usr/bin/env bash
# Holds the proof of narrowness against its properties over CASES random pairs (100,000), against brute force over an eighth of them, and
# against z3 over PAIRS pairs (3,000). Usage: bench/soak/narrowing.sh [CASES] [PAIRS]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.Core.Tests -c Release --nologo -v q
BARTIZAN_NARROWING_CASES=${1:-100000} BARTIZAN_NARROWING_PAIRS=${2:-3000} \
  dotnet tests/Bartizan.Core.Tests/bin/Release/net10.0/Bartizan.Core.Tests.dll -noColor -showLiveOutput \
  -class '*.NarrowingPropertyTests' -class '*.FactPropertyTests' -class '*.Z3Tests'
