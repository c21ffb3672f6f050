#!/bin/sh
# Python's prometheus-client, whose parsers test/stack asks what they think of /metrics: in an environment of its own.
#
#   scripts/install-python.sh
#
# Needs python3 with pip. Installs what is missing, and asks nothing.
set -eu

version=0.26.0
folder="${XDG_CACHE_HOME:-$HOME/.cache}/signalbox/python"

"$folder/bin/python3" -c "import importlib.metadata as m; assert m.version('prometheus-client') == '$version'" 2>/dev/null && exit 0
python3 -m venv --clear "$folder"
"$folder/bin/python3" -m pip install --quiet --disable-pip-version-check "prometheus-client==$version"
