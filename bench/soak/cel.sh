#!/usr/bin/env bash
# Conditions beside the CEL of npm: installs it once into artifacts/cel-peer, then compares CONDITIONS random conditions
# (50000), five sets of facts each, for each of the seeds.
# Usage: bench/soak/cel.sh [CONDITIONS [SEED…]]
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
conditions=${1:-50000}
shift || true
[ $# -gt 0 ] || set -- 1 2 3 4
mkdir -p artifacts/cel-peer
if [ ! -d artifacts/cel-peer/node_modules/@bufbuild/cel ]; then
  printf '{"private":true}\n' >artifacts/cel-peer/package.json
  (cd artifacts/cel-peer && npm install --no-audit --no-fund --ignore-scripts @bufbuild/cel@0.6.1 @bufbuild/protobuf@2.17.0)
fi
dotnet build tests/Bartizan.Core.Tests -c Release --nologo -v q
for seed; do
  BARTIZAN_CEL_CONDITIONS=$conditions BARTIZAN_CEL_SEED=$seed dotnet \
    tests/Bartizan.Core.Tests/bin/Release/net10.0/Bartizan.Core.Tests.dll -noColor -diagnostics -class '*.CelDifferentialTests' |
    grep -E 'results|FAIL|Total|should|of [0-9]+$'
done
