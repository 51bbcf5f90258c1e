#!/bin/sh
# Makes nginx take up run/nginx.conf: checks it, and reloads where nginx runs. Before its first start checking is all
# there is to do. A configuration that nginx refuses ends this with an error, and nginx goes on with the old one.
set -eu
cd "$(dirname "$0")"

nginx() {
  # -e: Debian's and Docker's nginx would otherwise open a log elsewhere before they have read a word of ours.
  command "${NGINX_BIN:-nginx}" -e stderr -p run -c nginx.conf "$@"
}

# The file of an nginx that was killed is still there.
if [ -s run/nginx.pid ] && kill -0 "$(cat run/nginx.pid)" 2>/dev/null; then
  # This reads the file first, as -t does, and signals only if it is good.
  nginx -s reload
else
  nginx -t
fi
