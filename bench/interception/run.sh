#!/usr/bin/env bash
# Requests through proxies that look into TLS, in one run: direct, Bartizan, mitmproxy and squid.
#
#   bench/interception/run.sh
#
# Needs nginx and openssl (Debian: apt-get install nginx-light openssl) and python3. The peers are Debian's mitmproxy and squid-openssl, fetched by
# name into artifacts/interception-peers and not installed; without apt-get their columns are left out.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
peers=$root/artifacts/interception-peers
work=$(mktemp -d)
started=()
finish() {
    for id in "${started[@]}"; do kill "$id" 2>/dev/null || true; done
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
port() { python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])'; }
await() { for _ in $(seq 100); do (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return; sleep 0.1; done; echo "nothing listens on $1" >&2; return 1; }

# An authority, and the origin's certificate.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=Origin \
    -keyout "$work/ca.key" -out "$work/ca.pem" 2>/dev/null
openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout "$work/o.key" -out "$work/o.csr" 2>/dev/null
printf 'subjectAltName=DNS:localhost\n' >"$work/ext"
openssl x509 -req -in "$work/o.csr" -CA "$work/ca.pem" -CAkey "$work/ca.key" -CAcreateserial -days 2 -extfile "$work/ext" \
    -out "$work/o.pem" 2>/dev/null
mkdir "$work/www"
head -c 1024 /dev/urandom >"$work/www/1k"
head -c 1048576 /dev/urandom >"$work/www/1m"
origin=$(port)
cat >"$work/nginx.conf" <<CONF
daemon off; pid $work/nginx.pid; error_log $work/nginx.log; worker_processes 1;
events { worker_connections 1024; }
http { access_log off; keepalive_requests 1000000000; client_body_temp_path $work; proxy_temp_path $work; fastcgi_temp_path $work;
  uwsgi_temp_path $work; scgi_temp_path $work;
  server { listen 127.0.0.1:$origin ssl; ssl_certificate $work/o.pem; ssl_certificate_key $work/o.key; root $work/www; } }
CONF
chmod 755 "$work" "$work/www"
nginx -c "$work/nginx.conf" &
started+=($!)
await "$origin"

dotnet build -c Release -v q "$root/bench/Bartizan.Interception.Bench" >&2
bench=$root/bench/Bartizan.Interception.Bench/bin/Release/net10.0/Bartizan.Interception.Bench
mkfifo "$work/in"
"$bench" serve "$origin" "$work/ca.pem" <"$work/in" >"$work/own" &
started+=($!)
exec 9>"$work/in"
for _ in $(seq 100); do [ -s "$work/own" ] && break; sleep 0.1; done
sides=(direct=0 "bartizan=$(head -1 "$work/own")")

if command -v apt-get >/dev/null; then
    if [ ! -x "$peers/unpacked/usr/bin/mitmdump" ] || [ ! -x "$peers/unpacked/usr/sbin/squid" ]; then
        mkdir -p "$peers/debs/partial" "$peers/unpacked"
        apt-get install -y -qq --no-install-recommends --download-only -o "Dir::Cache::archives=$peers/debs" mitmproxy squid-openssl >&2
        for one in "$peers"/debs/*.deb; do dpkg -x "$one" "$peers/unpacked"; done
    fi
    libraries=$peers/unpacked/usr/lib/x86_64-linux-gnu

    mitm=$(port)
    PYTHONPATH=$peers/unpacked/usr/lib/python3/dist-packages LD_LIBRARY_PATH=$libraries HOME=$work /usr/bin/python3 \
        "$peers/unpacked/usr/bin/mitmdump" -q --listen-host 127.0.0.1 -p "$mitm" \
        --set "ssl_verify_upstream_trusted_ca=$work/ca.pem" --set http2=false --set stream_large_bodies=64k >"$work/mitm.log" 2>&1 &
    started+=($!)
    await "$mitm" && sides+=("mitmproxy=$mitm")

    # Started as root it becomes another user, who must own what it writes. The instance's name keeps its shared memory apart.
    squid=$(port)
    mkdir "$work/squid"
    cat "$work/ca.key" "$work/ca.pem" >"$work/squid/bump.pem"
    LD_LIBRARY_PATH=$libraries "$peers/unpacked/usr/lib/squid/security_file_certgen" -c -s "$work/squid/certificates" -M 4MB >/dev/null
    cat >"$work/squid/squid.conf" <<CONF
http_port 127.0.0.1:$squid ssl-bump generate-host-certificates=on dynamic_cert_mem_cache_size=4MB tls-cert=$work/squid/bump.pem
sslcrtd_program $peers/unpacked/usr/lib/squid/security_file_certgen -s $work/squid/certificates -M 4MB
sslcrtd_children 1 startup=1
acl begin at_step SslBump1
ssl_bump peek begin
ssl_bump bump all
tls_outgoing_options cafile=$work/ca.pem
http_access allow all
cache deny all
access_log none
cache_log $work/squid/cache.log
pid_filename $work/squid/squid.pid
coredump_dir $work/squid
mime_table $peers/unpacked/usr/share/squid/mime.conf
icon_directory $peers/unpacked/usr/share/squid/icons
error_directory $peers/unpacked/usr/share/squid-langpack/en
unlinkd_program $peers/unpacked/usr/lib/squid/unlinkd
pinger_enable off
visible_hostname localhost
shutdown_lifetime 0 seconds
CONF
    if [ "$(id -u)" = 0 ]; then
        echo "cache_effective_user proxy" >>"$work/squid/squid.conf"
        chown -R proxy:proxy "$work/squid"
    fi
    LD_LIBRARY_PATH=$libraries "$peers/unpacked/usr/sbin/squid" -N -n "bench$$" -f "$work/squid/squid.conf" >"$work/squid.log" 2>&1 &
    started+=($!)
    await "$squid" && sides+=("squid=$squid")
fi

"$bench" load "$origin" "${sides[@]}"
