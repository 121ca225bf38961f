#!/bin/sh
# Writes the ACL file of Hallway's Redis or Valkey to standard output.
#
#   deploy/scripts/make-acl.sh <folder of passwords> [prefix]
#
# The folder holds one file for each user, named after it, with the password alone: auth, message, gateway, worker, replica,
# sentinel, operator. Only hashes leave this script, so its output is no secret worth a vault; a guessable password still is.
set -eu

passwords=${1:?the folder of passwords is missing}
prefix=${2:-hallway}
template=$(dirname "$0")/../stores/users.acl.template

# What every service may call. Scripts are sent as text and run by hash, so both; their text never leaves the server again.
commands='-@all +@read +@write +@connection +@transaction +@pubsub +@blocking +eval +eval_ro +evalsha +time +info +cluster|slots +cluster|info +cluster|nodes +cluster|shards +readonly +asking -@dangerous -@admin +info -keys -scan -randomkey'

# A prefix with a pattern's characters in it would open the keys of other installations.
case $prefix in
  *[!A-Za-z0-9._-]* | '') echo "make-acl: the prefix may hold letters, digits, dots, dashes and underscores" >&2; exit 1 ;;
esac

expressions=""
for user in auth message gateway worker replica sentinel operator; do
  file=$passwords/$user
  if [ ! -s "$file" ]; then
    echo "make-acl: $file is missing or empty: it holds the password of $user" >&2
    exit 1
  fi
  # A line feed at the end is the editor's and not the password's.
  hash=$(printf %s "$(cat "$file")" | sha256sum | cut -d ' ' -f 1)
  expressions="$expressions;s/@HASH:$user@/$hash/"
done

sed -e '/^#/d' -e '/^$/d' -e "s/@COMMANDS@/$commands/;s/@PREFIX@/$prefix/g$expressions" "$template"
