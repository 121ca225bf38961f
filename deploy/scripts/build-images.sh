#!/bin/sh
# Builds both images from the commit that is checked out: deploy/scripts/build-images.sh [tag] (default: local).
# RELEASE=1 refuses what a release may not be built from: base images without digests, and a tree with changes.
set -eu
cd "$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)"
tag=${1:-local}

refuse() {
  echo "$1" >&2
  exit 1
}
case "$tag" in *[!A-Za-z0-9._-]* | '' | [.-]*) refuse "\"$tag\" is no tag for an image." ;; esac
command -v "${DOCKER:=docker}" >/dev/null || refuse "$DOCKER is not there: install a container engine, or name yours in DOCKER."

release=false
if [ "${RELEASE:-}" = 1 ]; then
  release=true
  [ -z "$(git status --porcelain)" ] || refuse 'The tree has changes: a release is built from a commit.'
fi

# The list of images, and what the environment says otherwise.
for line in $(grep -E '^[A-Z_]+=' deploy/docker/images.env); do
  name=${line%%=*}
  eval "[ -n \"\${$name:-}\" ]" || eval "$name=\${line#*=}"
done

version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' package.json)
revision=$(git rev-parse HEAD 2>/dev/null || echo unknown)
# Of the commit and not of this moment, so that building it again says the same.
created=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null || echo 1970-01-01T00:00:00Z)

build() {
  name=$1
  shift
  "$DOCKER" build --file "deploy/docker/$name.Dockerfile" --tag "hallway-$name:$tag" "$@" \
    --build-arg "NODE_IMAGE=$NODE_IMAGE" --build-arg "REQUIRE_DIGEST=$release" \
    --build-arg "VERSION=$version" --build-arg "REVISION=$revision" --build-arg "CREATED=$created" .
}
build services --build-arg "RUNTIME_IMAGE=$RUNTIME_IMAGE"
build web --build-arg "NGINX_IMAGE=$NGINX_IMAGE"
echo "Built hallway-services:$tag and hallway-web:$tag of $revision."
