#!/bin/sh
# Installs the page's libraries at their pinned versions and bundles them into webapp/static/vendor/.
# usage: build.sh PYTHON, as npm.sh takes it.
set -eu
python=$1
cd "$(dirname "$0")/../.."

# No package here needs its install script; the binaries of esbuild and Biome come as packages of their own.
webapp/bundle/npm.sh "$python" ci --ignore-scripts --loglevel=error
webapp/bundle/npm.sh "$python" run --silent build
