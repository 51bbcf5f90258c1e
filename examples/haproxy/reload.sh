#!/bin/sh
# Makes HAProxy take up run/haproxy.cfg, which has passed its check by now: the master starts a new worker on it, hands it the
# sockets that listen, and lets the old one finish what it began.
set -eu
cd "$(dirname "$0")"

# The file of a HAProxy that was killed is still there.
if [ -s run/haproxy.pid ] && kill -0 "$(cat run/haproxy.pid)" 2>/dev/null; then
  kill -USR2 "$(cat run/haproxy.pid)"
fi
