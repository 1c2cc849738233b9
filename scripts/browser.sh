#!/bin/sh
# Installs Debian's Chromium and Chinese fonts for the browser suite, when they are missing and this user may install them.
set -eu

have_fonts() { command -v fc-list >/dev/null 2>&1 && [ -n "$(fc-list ':lang=zh-cn' family 2>/dev/null | head -n 1)" ]; }

missing=""
command -v chromium >/dev/null 2>&1 || missing="chromium"
have_fonts || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "tests/browser needs:$missing (on Debian: apt-get install $missing); without it those tests are skipped"
    exit 0
fi
echo "installing for tests/browser: $missing"
export DEBIAN_FRONTEND=noninteractive
# The package lists may be absent or too old to find the file: then they are fetched and the same is tried once more.
# shellcheck disable=SC2086  # a list of package names
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; }
