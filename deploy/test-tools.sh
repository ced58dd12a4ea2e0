#!/bin/sh
# Installs Debian's programs that the tests use as real peers. Without apt or root it only says what
# is missing: the tests that need it are skipped, each with its reason.
set -eu
missing=""
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || missing="$missing $2"; }
need mosquitto mosquitto
need mosquitto_sub mosquitto-clients
need influxd influxdb
need chromium chromium
need snmpget snmp
need mbpoll mbpoll
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed, tests that need them are skipped:$missing"
    exit 0
fi
# Debian starts servers on installation; the tests start their own, on free ports.
policy=/usr/sbin/policy-rc.d
ours=""
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    ours=yes
fi
trap '[ -z "$ours" ] || rm -f "$policy"' EXIT
apt-get update -qq
# shellcheck disable=SC2086 # a list of package names
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
echo "installed:$missing"
