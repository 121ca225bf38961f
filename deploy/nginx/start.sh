#!/bin/sh
# Makes nginx's configuration from the environment and becomes nginx. Everything is written below STATE_FOLDER, so that the
# rest of the file system may be read-only. docs/front-door.md lists the variables. `--check-config` only says whether the
# configuration can be used: 0 and one line, or 1 and a line for each fault.
set -eu

templates=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

: "${PORT:=8080}" "${INTERNAL_PORT:=9080}" "${LISTEN_ADDRESS:=*}" "${HALLWAY_ORIGIN:=}" "${WEB_ROOT:=/usr/share/nginx/html}"
: "${AUTH_SERVERS:=}" "${MESSAGE_SERVERS:=}" "${GATEWAY_SERVERS:=}" "${RESOLVER:=}" "${TRUSTED_PROXIES:=}"
# An hour: gateways ask each socket for a sign of life every few seconds, and close the dead ones themselves.
: "${ALLOW_POLLING:=false}" "${SOCKET_IDLE_SECONDS:=3600}"
# A campus behind one address is the rule: a whole gateway's people may come from it.
: "${CONNECTIONS_PER_ADDRESS:=20000}" "${REQUESTS_PER_SECOND_PER_ADDRESS:=2000}"
# Between two reads from a client: a phone that changes its mast takes a few seconds, an attacker takes all that there are.
: "${SLOW_CLIENT_SECONDS:=10}" "${STATE_FOLDER:=/tmp/hallway-front-door}"
: "${OTEL_EXPORTER_OTLP_ENDPOINT:=}" "${OTEL_TRACES_SAMPLER_ARG:=0.05}"

faults=''
fault() {
  faults="${faults}  - $1
"
}

# The value must consist of whole lines that fit: a line break would end a directive and begin another.
fits() {
  [ "$(printf '%s' "$1" | wc -l)" -eq 0 ] && printf '%s' "$1" | grep -Eqx "$2"
}

check_integer() {
  if ! fits "$2" '[0-9]{1,6}' || [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
    fault "$1 has an unusable value: integer from $3 to $4 ($5)"
  fi
}

check_integer PORT "$PORT" 1 65535 'port of the public origin'
check_integer INTERNAL_PORT "$INTERNAL_PORT" 1 65535 'port of /livez and /readyz; never routed from outside'
check_integer SOCKET_IDLE_SECONDS "$SOCKET_IDLE_SECONDS" 1 86400 'silence after which a socket is cut'
check_integer CONNECTIONS_PER_ADDRESS "$CONNECTIONS_PER_ADDRESS" 1 200000 'sockets and requests of one address at once'
check_integer REQUESTS_PER_SECOND_PER_ADDRESS "$REQUESTS_PER_SECOND_PER_ADDRESS" 1 100000 'API requests of one address a second'
check_integer SLOW_CLIENT_SECONDS "$SLOW_CLIENT_SECONDS" 1 600 'silence of a client in the middle of a request'
[ "$PORT" != "$INTERNAL_PORT" ] ||
  fault "INTERNAL_PORT is $PORT, as PORT is: what must never be routed from outside needs a port of its own"
case "$ALLOW_POLLING" in true | false) ;; *) fault 'ALLOW_POLLING has an unusable value: true or false (the same as the gateways are told)' ;; esac
[ -z "$HALLWAY_ORIGIN" ] || fits "$HALLWAY_ORIGIN" 'https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?' ||
  fault 'HALLWAY_ORIGIN has an unusable value: https://host, without a slash at the end (the origin that people open)'
fits "$LISTEN_ADDRESS" '\*|[0-9.]+|\[[0-9a-fA-F:]+\]' || fault 'LISTEN_ADDRESS has an unusable value: an address, or * for all (where to listen)'
fits "$WEB_ROOT" '/[A-Za-z0-9._/-]*' && [ -f "$WEB_ROOT/index.html" ] || fault 'WEB_ROOT has an unusable value: no index.html of the built client is there'
fits "$STATE_FOLDER" '/[A-Za-z0-9._/-]+' || fault 'STATE_FOLDER has an unusable value: an absolute path of plain characters'
[ -z "$TRUSTED_PROXIES" ] || fits "$TRUSTED_PROXIES" '[0-9a-fA-F.:/]+(,[0-9a-fA-F.:/]+)*' ||
  fault 'TRUSTED_PROXIES has an unusable value: addresses or networks, separated by commas (whose X-Forwarded-For is believed)'
[ -z "$RESOLVER" ] || fits "$RESOLVER" '[0-9.]+|\[[0-9a-fA-F:]+\]' || fault 'RESOLVER has an unusable value: the address of a DNS server'

# As the services read them: what only nginx cannot use is no fault, see below.
[ -z "$OTEL_EXPORTER_OTLP_ENDPOINT" ] || fits "$OTEL_EXPORTER_OTLP_ENDPOINT" 'https?://[^ ]+' ||
  fault 'OTEL_EXPORTER_OTLP_ENDPOINT has an unusable value: http://host:4318 (where spans go by OTLP over HTTP)'
fits "$OTEL_TRACES_SAMPLER_ARG" '[0-9.eE+-]+' ||
  fault 'OTEL_TRACES_SAMPLER_ARG has an unusable value: number from 0 to 1 (share of messages that are recorded)'

servers_set=0
for name in AUTH_SERVERS MESSAGE_SERVERS GATEWAY_SERVERS; do
  eval "value=\$$name"
  [ -n "$value" ] || continue
  servers_set=$((servers_set + 1))
  fits "$value" '[A-Za-z0-9.-]+:[0-9]{1,5}(,[A-Za-z0-9.-]+:[0-9]{1,5})*' ||
    fault "$name has an unusable value: host:port, separated by commas (where the service listens)"
done
case "$servers_set" in
  # The files of the web client alone: in Kubernetes the routes of the services do not pass through here.
  0) mode=files ;;
  3) mode=door ;;
  *)
    for name in AUTH_SERVERS MESSAGE_SERVERS GATEWAY_SERVERS; do
      eval "value=\$$name"
      [ -n "$value" ] || fault "$name is missing: host:port, separated by commas; all three kinds of servers are named, or none"
    done
    ;;
esac

# Names are looked up once, when nginx starts, unless it is told whom to ask; then a restarted container is found again.
if [ -n "$RESOLVER" ]; then
  minor=$(nginx -v 2>&1 | sed -n 's#.*nginx/1\.\([0-9]*\)\..*#\1#p')
  [ "${minor:-0}" -ge 28 ] || fault 'RESOLVER cannot be used with this nginx: looking up upstreams again needs 1.28 or later'
fi

case "${1:-}" in '' | --check-config) ;; *) fault "$1 is no option: the only one is --check-config" ;; esac

if [ -n "$faults" ]; then
  printf 'The configuration cannot be used:\n%s' "$faults" >&2
  exit 1
fi

# One that refuses is left alone for two seconds: long enough not to be asked by everybody, short enough to be found again.
list_servers() {
  for server in $(printf '%s' "$1" | tr ',' ' '); do
    printf 'server %s max_fails=1 fail_timeout=2s%s; ' "$server" "${RESOLVER:+ resolve}"
  done
}

list_trusted_proxies() {
  for proxy in $(printf '%s' "$TRUSTED_PROXIES" | tr ',' ' '); do printf 'set_real_ip_from %s; ' "$proxy"; done
}

# Sockets go where the fewest are, so that a gateway which comes back fills up again. With polling, each request of a client
# must find the gateway that knows it: a cookie decides, never the address, behind which a whole campus may stand.
if [ "$ALLOW_POLLING" = true ]; then balance='hash $gateway_key consistent;' cookie=1; else balance='least_conn;' cookie=0; fi
case "$HALLWAY_ORIGIN" in
  https://*) scheme=https hsts='max-age=31536000; includeSubDomains' secure='; Secure' ;;
  http://*) scheme=http hsts='' secure='' ;;
  # Files alone, or a door whose origin is what the request says.
  *) scheme='$scheme' hsts='' secure='' ;;
esac
# Spans of browsers are passed on where that can be done. What stands in the way is no reason to keep the door shut: the services
# take more kinds of addresses and numbers than nginx does, from the same variables.
traces=off traces_url='' traces_timing='' traces_tls=''
authorities=/etc/ssl/certs/ca-certificates.crt
no_traces() {
  printf '{"level":"warn","service":"front-door","message":"spans of browsers are not taken: %s"}\n' "$1"
}
# nginx would not start without the address of a name that it is given. An address needs no look-up.
is_known() {
  case "$1" in \[*) return 0 ;; esac
  fits "$1" '[0-9.]+' || ! command -v getent >/dev/null || getent hosts "$1" >/dev/null
}
if [ -n "$OTEL_EXPORTER_OTLP_ENDPOINT" ]; then
  collector=${OTEL_EXPORTER_OTLP_ENDPOINT#*://} collector=${collector%%/*}
  case "$collector" in \[*) ;; *) collector=${collector%%:*} ;; esac
  if ! fits "$OTEL_EXPORTER_OTLP_ENDPOINT" 'https?://([A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._/-]*)?'; then
    no_traces 'OTEL_EXPORTER_OTLP_ENDPOINT is no plain http://host:4318'
  elif ! fits "$OTEL_TRACES_SAMPLER_ARG" '0|1|0?\.[0-9]{1,9}|1\.0{1,9}'; then
    no_traces 'OTEL_TRACES_SAMPLER_ARG is no plain number from 0 to 1'
  elif ! is_known "$collector"; then
    no_traces "nobody knows $collector"
  elif [ "${OTEL_EXPORTER_OTLP_ENDPOINT#https:}" != "$OTEL_EXPORTER_OTLP_ENDPOINT" ] && [ ! -r "$authorities" ]; then
    no_traces "there are no certificate authorities in $authorities to know $collector by"
  else
    traces=on traces_url="${OTEL_EXPORTER_OTLP_ENDPOINT%/}/v1/traces" traces_timing="traces;desc=\"$OTEL_TRACES_SAMPLER_ARG\""
    case "$OTEL_EXPORTER_OTLP_ENDPOINT" in
      https:*) traces_tls="proxy_ssl_server_name on; proxy_ssl_verify on; proxy_ssl_verify_depth 4; proxy_ssl_trusted_certificate $authorities;" ;;
    esac
  fi
fi
# Where the machine has IPv6, all addresses are those too.
public_ipv6='' internal_ipv6=''
if [ "$LISTEN_ADDRESS" = '*' ] && [ -s /proc/net/if_inet6 ]; then
  public_ipv6="listen [::]:$PORT backlog=4096;" internal_ipv6="listen [::]:$INTERNAL_PORT;"
fi

# Each connection takes a file; 32,768 of each worker are more sockets than two gateways take.
ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
worker_connections=$(ulimit -n)
if [ "$worker_connections" = unlimited ] || [ "$worker_connections" -gt 32768 ]; then worker_connections=32768; fi

mkdir -p "$STATE_FOLDER/parts"
render() {
  sed -e "s|@PORT@|$PORT|g" -e "s|@INTERNAL_PORT@|$INTERNAL_PORT|g" -e "s|@LISTEN_ADDRESS@|$LISTEN_ADDRESS|g" \
    -e "s|@WEB_ROOT@|$WEB_ROOT|g" -e "s|@STATE_FOLDER@|$STATE_FOLDER|g" -e "s|@SCHEME@|$scheme|g" -e "s|@HSTS@|$hsts|g" \
    -e "s|@SECURE@|$secure|g" -e "s|@COOKIE@|$cookie|g" -e "s|@BALANCE@|$balance|g" \
    -e "s|@AUTH_SERVERS@|$(list_servers "$AUTH_SERVERS")|g" -e "s|@MESSAGE_SERVERS@|$(list_servers "$MESSAGE_SERVERS")|g" \
    -e "s|@GATEWAY_SERVERS@|$(list_servers "$GATEWAY_SERVERS")|g" -e "s|@TRUSTED_PROXIES@|$(list_trusted_proxies)|g" \
    -e "s|@RESOLVER@|${RESOLVER:+resolver $RESOLVER valid=5s;}|g" \
    -e "s|@SOCKET_IDLE_SECONDS@|$SOCKET_IDLE_SECONDS|g" -e "s|@SLOW_CLIENT_SECONDS@|$SLOW_CLIENT_SECONDS|g" \
    -e "s|@CONNECTIONS_PER_ADDRESS@|$CONNECTIONS_PER_ADDRESS|g" \
    -e "s|@REQUESTS_PER_SECOND_PER_ADDRESS@|$REQUESTS_PER_SECOND_PER_ADDRESS|g" \
    -e "s|@REQUEST_BURST@|$((REQUESTS_PER_SECOND_PER_ADDRESS * 2))|g" \
    -e "s|@TRACES@|$traces|g" -e "s|@TRACES_URL@|$traces_url|g" -e "s|@TRACES_TLS@|$traces_tls|g" -e "s|@TRACES_TIMING@|$traces_timing|g" \
    -e "s|@SERVICES@|$mode|g" -e "s|@WORKER_CONNECTIONS@|$worker_connections|g" -e "s|@PUBLIC_IPV6@|$public_ipv6|g" -e "s|@INTERNAL_IPV6@|$internal_ipv6|g" "$1"
}
for template in "$templates/nginx.conf" "$templates"/parts/*.conf; do
  render "$template" >"$STATE_FOLDER/${template#"$templates/"}"
done

if [ "${1:-}" = --check-config ]; then
  nginx -t -q -c "$STATE_FOLDER/nginx.conf"
  echo 'The configuration of the front door can be used.'
  exit 0
fi

# nginx takes the place of this shell, so that signals reach it: SIGQUIT lets answers finish, SIGTERM does not.
exec nginx -c "$STATE_FOLDER/nginx.conf" -g 'daemon off;'
