#!/bin/sh
# Says whether the Hallway at an address works: deploy/scripts/smoke.sh http://localhost:3000 (or --help).
set -eu
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
# Node 24 comes with npm ci; the machine's own may be too old to run TypeScript.
node="$root/node_modules/.bin/node"
if [ ! -x "$node" ]; then
  echo "The smoke test speaks through the SDK, which is not installed: run npm ci in $root first." >&2
  exit 1
fi
exec "$node" "$root/tools/smoke/main.ts" "$@"
