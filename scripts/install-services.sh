#!/bin/sh
# The servers that test/services starts, from the packages of Debian or Ubuntu, wrk for the benchmarks, and ip for a network
# of a test's own.
#
#   scripts/install-services.sh
#
# Installs what is missing, asks nothing, and starts nothing: the tests run them on their own ports and folders.
set -eu

missing=
for package in postgresql redis-server mariadb-server rabbitmq-server wrk iproute2; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "install-services: must run where apt-get is (Debian, Ubuntu), it was not found. Nothing was installed; install by hand:$missing" >&2
  exit 1
fi

as_root=
[ "$(id -u)" = 0 ] || as_root='sudo -n'

# Debian starts a server as soon as it is installed, unless this file says no.
# https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap '$as_root rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null
  $as_root chmod 755 "$policy"
fi

echo "install-services: installing$missing"
$as_root apt-get update -q
# shellcheck disable=SC2086 # both are lists of words
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
