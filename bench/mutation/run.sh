#!/usr/bin/env bash
# Mutation score of the monitor (Core's Enforcement and Sessions). Usage: bench/mutation/run.sh [WORKERS] (2)
# Stryker makes the mutants and compiles them all into one assembly; each is then run here in a process of its own, because
# Stryker's runners can't with xunit.v3: one never switches a mutant on, the other keeps one process for all of them.
# Writes artifacts/mutation/results.tsv: id, verdict, file, mutator, original, replacement, first test that failed.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
workers=${1:-2}
# Five times what all tests of the monitor take on a busy machine; a mutant that hangs is killed by it.
export SECONDS_EACH=30
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1 MonitorOnly=true RunAnalyzers=false
out=$PWD/artifacts/mutation tree=$PWD/artifacts/mutation/tree
rm -rf "$out"; mkdir -p "$tree"
git ls-files -z -- . ':!artifacts' | xargs -0 tar c | tar x -C "$tree"
# In the copy only: without a synchronisation context ConfigureAwait does nothing, and its mutants would be noise.
sed -i 's/\.ConfigureAwait(false)//' "$tree"/src/Bartizan.Core/{Enforcement,Sessions}/*.cs
sed -i 's/<TreatWarningsAsErrors>true/<TreatWarningsAsErrors>false/' "$tree/Directory.Build.props"

printf 'mutate …\n'
cd "$tree/tests/Bartizan.Core.Tests"
dotnet tool restore >/dev/null
set -m
dotnet stryker -f ../../stryker-config.json --log-to-file --skip-version-check --output "$out/stryker" >"$out/stryker.txt" 2>&1 &
stryker=$!
disown
set +m
trap 'kill -KILL -- -$stryker 2>/dev/null || true' EXIT
until grep -qs 'total mutants will be tested' "$out/stryker.txt"; do
  kill -0 $stryker 2>/dev/null || { printf 'error: Stryker made no mutants\nhint: see artifacts/mutation/stryker.txt\n' >&2; exit 1; }
  sleep 0.5
done
cp -r bin/Debug/net10.0 "$out/bin"
log=("$out"/stryker/logs/log-*.txt)
cp "${log[0]}" "$out/stryker.log"
kill -KILL -- -$stryker 2>/dev/null || true

# Left out: message texts, and what did not compile ("Found mutant" names what Stryker took back).
awk -v taken="$(grep -oE 'Found mutant [0-9]+' "$out/stryker.log" | awk '{print $3}' | sort -u | tr '\n' ' ')" '
  function emit(   p, q, id, kind) {
    if (rec ~ /\[DBG\] Mutating "/) { file = rec; sub(/.*\[DBG\] Mutating "/, "", file); sub(/".*/, "", file); sub(/.*Bartizan\.Core\//, "", file) }
    else if (match(rec, /\[DBG\] Mutant [0-9]+ created "/) && file ~ /^(Enforcement|Sessions)\//) {
      id = substr(rec, RSTART + 13); sub(/ .*/, "", id)
      text = substr(rec, RSTART + RLENGTH)
      kind = text; sub(/.*using "Stryker\.Core\.Mutators\./, "", kind); sub(/Mutator".*/, "", kind)
      sub(/" using "Stryker\.Core\.Mutators\..*/, "", text); sub(/" -> "/, "\t", text)
      if (kind !~ /String/ && index(" " taken, " " id " ") == 0) print id "\t" file "\t" kind "\t" text
    }
  }
  /^20[0-9][0-9]-/ { emit(); rec = $0; next }
  { sub(/^ +/, ""); gsub(/\t/, " "); rec = rec " " $0 }
  END { emit() }' "$out/stryker.log" >"$out/mutants.tsv"
rm -rf "$tree"
cd "$out/bin"
export DOTNET_ROOT=${DOTNET_ROOT:-$(dirname "$(readlink -f "$(command -v dotnet)")")} STRYKER_MUTANT_ID_CONTROL_VAR=ACTIVE_MUTANT
ACTIVE_MUTANT=-1 ./Bartizan.Core.Tests -noColor -noLogo >"$out/unmutated.txt" || { printf 'error: the tests fail without a mutant\nhint: see artifacts/mutation/unmutated.txt\n' >&2; exit 1; }

one() {
  local code=0 verdict text
  text=$(ACTIVE_MUTANT=$1 timeout -k 1 "$SECONDS_EACH" ./Bartizan.Core.Tests -noColor -noLogo -stopOnFail 2>&1 | tr -d '\0'; exit "${PIPESTATUS[0]}") || code=$?
  case $code in 0) verdict=survived ;; 124 | 137) verdict=timeout ;; *) verdict=killed ;; esac
  printf '%s\t%s\t%s\n' "$1" $verdict "$(grep -m1 -oE '[A-Za-z_0-9]+(\(.*\))? \[FAIL\]' <<<"$text" | cut -c1-120)"
}
export -f one
printf 'run %s mutants …\n' "$(wc -l <"$out/mutants.tsv")"
cut -f1 "$out/mutants.tsv" | xargs -P "$workers" -I{} bash -c 'one {}' >"$out/verdicts.tsv"
awk -F'\t' -v OFS='\t' 'NR == FNR { verdict[$1] = $2; test[$1] = $3; next } { print $1, verdict[$1], $2, $3, $4, $5, test[$1] }' "$out/verdicts.tsv" "$out/mutants.tsv" >"$out/results.tsv"
awk -F'\t' '$2 == "survived" { printf "survived %s %s %s: %s => %s\n", $1, $3, $4, substr($5, 1, 80), substr($6, 1, 80) }
  { n[$2]++ } END { killed = n["killed"] + n["timeout"]; score = 100 * killed / NR
    printf "%d mutants: %d killed, %d timed out, %d survived: %.1f %%\n", NR, n["killed"], n["timeout"], n["survived"], score
    exit score < 80 }' "$out/results.tsv"
