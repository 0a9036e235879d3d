#!/usr/bin/env bash
# The official MCP conformance suite's client scenarios, the tool gateway being the client: a driver (client.mjs) takes the steps through the gateway, and the
# scenario's server judges what comes out of it. What is expected of each stands in client-scenarios.txt; exit code 1 when something else happens.
# Needs node 22 or later. The suite's two releases are installed at pinned versions into artifacts/peers.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
root=$PWD
here=$root/conformance/tools
for release in 0.1.16 0.2.0-alpha.12; do
  mkdir -p "$root/artifacts/peers/conformance-$release"
  npm install --prefix "$root/artifacts/peers/conformance-$release" --no-fund --no-audit --silent "@modelcontextprotocol/conformance@$release" >&2
done
suite() { local release=$1; shift; node "$root/artifacts/peers/conformance-$release/node_modules/@modelcontextprotocol/conformance/dist/index.js" "$@"; }
dotnet build src/Bartizan.Cli -c Release --nologo -v q >&2
export BARTIZAN_DLL=$root/src/Bartizan.Cli/bin/Release/net10.0/bartizan.dll
work=$(mktemp -d)
export BARTIZAN_HOME=$work/home
end() { dotnet "$BARTIZAN_DLL" down >/dev/null 2>&1 || true; rm -rf "$work"; }
trap end EXIT

bad=0
for release in 0.1.16 0.2.0-alpha.12; do
  # A scenario that nobody has looked at is no scenario that passes.
  while read -r scenario; do
    known=no
    while read -r of _ name _; do
      # shellcheck disable=SC2053 # a pattern
      if [ "$of" = "$release" ] && [[ $scenario == $name ]]; then known=yes; fi
    done <"$here/client-scenarios.txt"
    if [ $known = no ]; then printf 'UNKNOWN %s %s\n' "$release" "$scenario"; bad=1; fi
  done < <(suite "$release" list --client | sed -n 's/^  - \([^ ]*\) .*/\1/p')
done

passed=0
while read -r release version scenario expected <&3; do
  case "$release $expected" in
    '#'* | ' ') continue ;;
    *' no:'*) printf 'not run %s %s: %s\n' "$release" "$scenario" "${expected#no: }"; continue ;;
  esac
  log=$work/$release-$version-$scenario.log
  if (cd "$work" && suite "$release" client --command "node $here/client.mjs" --scenario "$scenario" --spec-version "$version") >"$log" 2>&1 \
    && grep -q '^Passed: [1-9]' "$log"; then
    printf 'passed  %s %s %s: %s\n' "$release" "$version" "$scenario" "$(sed -n 's/^Passed: //p' "$log")"
    passed=$((passed + 1))
  else
    printf 'FAILED  %s %s %s\n' "$release" "$version" "$scenario"
    sed -n '/^Test Results/,$p;/exited with code/,/^Stderr/p' "$log" | tail -40
    bad=1
  fi
done 3<"$here/client-scenarios.txt"
printf '%s scenarios passed\n' "$passed"
exit $bad
