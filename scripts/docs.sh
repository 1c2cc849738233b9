#!/bin/sh
# Writes the pages that are generated from the code; a test of each says when it is stale.
set -eu
cd "$(dirname "$0")/.."
