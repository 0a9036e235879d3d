#!/usr/bin/env bash
# Requests per second through the inbound gateway, with guards and the durable log, beside nginx as a reverse proxy and no proxy, in one run:
# the same agent (nginx, a small JSON answer), the same callers (wrk, keep-alive, 64 connections), the sides one after the other, three times.
#
#   bench/inbound/run.sh [seconds]
#
# Needs nginx, wrk and python3. The instance's directory, with its log, lies where TMPDIR says: on a real disk, or the log is none.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-10}
work=$(mktemp -d)
export BARTIZAN_HOME=$work/home
started=()
finish() {
    "$bartizan" down >/dev/null 2>&1 || true
    for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
await() { for _ in $(seq 300); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; echo "nothing listens on $1" >&2; return 1; }

dotnet build -c Release -v q "$root/src/Bartizan.Cli" >&2
bartizan=$root/src/Bartizan.Cli/bin/Release/net10.0/bartizan
trap finish EXIT

agent=$(port)
proxy=$(port)
served=$(port)
cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/nginx.log; worker_processes 1;
events { worker_connections 4096; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work;
  uwsgi_temp_path $work; scgi_temp_path $work; default_type application/json;
  upstream agent { server 127.0.0.1:$agent; keepalive 128; }
  server { listen 127.0.0.1:$agent; location / { return 200 '{"answer":"The parcel is on its way, and will be there on Monday."}'; } }
  server { listen 127.0.0.1:$proxy; location / { proxy_pass http://agent; proxy_http_version 1.1; proxy_set_header Connection ""; } } }
CONF
nginx -c "$work/nginx.conf" &
started+=($!)
await "$agent"

key=$(python3 -c 'import secrets; print(secrets.token_hex(24))')
cat >"$work/agent.yaml" <<MANIFEST
apiVersion: bartizan/v1
agent: measured
version: 1
owner: bench@example.com
environment: development
serve:
  listen: 127.0.0.1:$served
  upstream: "http://127.0.0.1:$agent"
  callers: { keys: { bench: "sha256:$(printf %s "$key" | sha256sum | cut -d' ' -f1)" } }
  limits:
    per_user: { rate: 900000000/min, at_once: 4096 }
    per_address: { rate: 900000000/min, at_once: 4096 }
guards:
  input: { injection: block, hidden_text: block, max_bytes: 64KiB }
  output: { secrets: block, personal_data: redact }
rules:
  - allow: serve {GET,POST} /ask
    why: Callers ask.
MANIFEST
"$bartizan" serve --detach -m "$work/agent.yaml" >&2
await "$served"

cat >"$work/post.lua" <<LUA
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.headers["authorization"] = "Bearer $key"
-- No two questions are the same: what a guard said of one tells nothing of the next.
local asked = 0
function request()
  asked = asked + 1
  return wrk.format(nil, nil, nil, '{"question":"Where is parcel ' .. asked .. ', and when will it be here?"}')
end
LUA
printf 'wrk.headers["authorization"] = "Bearer %s"\n' "$key" >"$work/get.lua"

# requests/s, 50th and 99th percentile, answers that weren't 2xx
measure() {
    wrk -t2 -c64 -d"${seconds}s" --latency -s "$work/$2.lua" "http://127.0.0.1:$1/ask" >"$work/out"
    awk '/Requests\/sec/ {r=$2} /^ *50%/ {a=$2} /^ *99%/ {b=$2} /Non-2xx/ {e=$NF} END {printf "%s %s %s %s\n", r, a, b, e+0}' "$work/out"
}
# The runtime compiles anew what is called often.
for method in post get; do measure "$served" "$method" >/dev/null; done
for method in post get; do
    for round in 1 2 3; do
        for side in "direct=$agent" "nginx=$proxy" "bartizan=$served"; do
            echo "$method ${side%%=*} $(measure "${side##*=}" "$method")" | tee -a "$work/all" >&2
        done
    done
done
python3 - "$work/all" <<'PYTHON'
import sys
rows = {}
for line in open(sys.argv[1]):
    method, side, rate, half, most, errors = line.split()
    rows.setdefault((method, side), []).append((float(rate), half, most, int(errors)))
print("| request | side | requests/s, median of 3 | 50 % | 99 % | not 2xx |")
print("|---|---|---|---|---|---|")
for (method, side), seen in rows.items():
    middle = sorted(seen)[len(seen) // 2]
    print(f"| {method.upper()} | {side} | {middle[0]:,.0f} | {middle[1]} | {middle[2]} | {sum(one[3] for one in seen)} |")
least = min(sorted(one[0] for one in rows[(method, "bartizan")])[1] for method in ("post", "get"))
print(f"\nGoal: at least 5,000 requests/s through the inbound gateway, guards and durable log on: {'pass' if least >= 5000 else 'MISS'}.")
sys.exit(0 if least >= 5000 else 1)
PYTHON
