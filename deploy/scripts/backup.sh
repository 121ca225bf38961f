#!/bin/sh
# See tools/backup/main.ts for what it does and docs/stores.md for when; without an argument it says how it is used.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
# The Node that the lockfile pins, not the machine's own.
exec "$root/node_modules/.bin/node" "$root/tools/backup/main.ts" dump "$@"
