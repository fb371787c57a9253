#!/bin/sh
# Finds or installs what the tests need beside Python: ffmpeg, nginx, Caddy, mosquitto, Redis, and a Chromium for Playwright.
# usage: tools.sh FOLDER_OF_PYTHON
set -u
bin=$1
missing=""

is_debian() { grep -qs '^ID=debian' /etc/os-release; }

# RUNLEVEL=1: no daemon is started by its installation.
from_debian() {
    is_debian && [ "$(id -u)" = 0 ] || return 1
    echo "Installing $1 with apt-get"
    apt-get update -qq && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

has_chromium() { "$bin/python" -m bench.chromium >/dev/null 2>&1; }

# Debian keeps nginx and mosquitto where only root looks.
PATH="$PATH:/usr/sbin"
for tool in ffmpeg nginx caddy mosquitto redis-server; do
    if ! command -v "$tool" >/dev/null 2>&1 && ! from_debian "$tool"; then
        missing="$missing${missing:+, }$tool (of your system's packages)"
    fi
done

if ! has_chromium && ! { from_debian chromium && has_chromium; } && ! "$bin/python" -m playwright install chromium; then
    missing="$missing${missing:+, }Chromium (of your system's packages, or $bin/python -m playwright install chromium)"
fi

if [ -n "$missing" ]; then
    echo "The tests that need it are skipped without: $missing" >&2
    [ -z "${CI:-}" ] # nothing may be skipped there
fi
