#!/usr/bin/env bash
# Holds policies and conditions against their properties over CASES random cases each (100,000): about a quarter of an hour.
# Usage: bench/soak/properties.sh [CASES]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
dotnet build tests/Bartizan.Core.Tests -c Release --nologo -v q
BARTIZAN_PROPERTY_CASES=${1:-100000} dotnet tests/Bartizan.Core.Tests/bin/Release/net10.0/Bartizan.Core.Tests.dll \
  -noColor -class '*.BruteForceTests' -class '*.DecisionTableTests' -class '*.PolicyPropertyTests' -class '*.ConditionPropertyTests'
