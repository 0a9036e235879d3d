#!/usr/bin/env bash
# Sessions rebuilt and queries answered out of a long log, and how fast its projection is built: SQLite, then a PostgreSQL of this machine.
#   bench/log/query.sh [entries] [folder]      (10,000,000 in a temporary folder, which takes up to 9 GB)
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../.."
entries=${1:-10000000}
home=${2:-$(mktemp -d)}
[ -n "${2:-}" ] || trap 'rm -rf "$home"' EXIT
dotnet build -c Release -v q --nologo bench/Bartizan.Records.Bench
bench=bench/Bartizan.Records.Bench/bin/Release/net10.0/Bartizan.Records.Bench
time "$bench" write "$home" "$((entries - 500000))"
"$bench" write "$home" 500000 400
"$bench" settle "$home"
"$bench" project "$home" 3600
"$bench" ask "$home"
"$bench" export "$home"

# PostgreSQL refuses to run as root.
programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -n "$programs" ] || { echo "PostgreSQL isn't installed: its part is left out"; exit 0; }
pg=$(mktemp -d)
as=()
if [ "$(id -u)" = 0 ]; then chown 65534 "$pg"; as=(setpriv --reuid 65534 --regid 65534 --clear-groups); fi
"${as[@]}" "$programs/initdb" -D "$pg/data" -U bartizan -A trust -E UTF8 --locale=C >/dev/null
"${as[@]}" "$programs/postgres" -D "$pg/data" -c listen_addresses= -c "unix_socket_directories=$pg" -c max_wal_size=4GB >/dev/null 2>&1 &
server=$!
trap 'kill -INT $server; wait $server || true; rm -rf "$pg"; rm -f "$home/index.postgres"; [ -n "${2:-}" ] || rm -rf "$home"' EXIT
until "$programs/pg_isready" -q -h "$pg"; do sleep 0.1; done
(umask 077; printf 'Host=%s;Username=bartizan;Database=postgres\n' "$pg" >"$home/index.postgres")
"$bench" project "$home" 3600
"$bench" ask "$home"
