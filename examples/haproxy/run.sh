#!/bin/sh
# HAProxy under autotmpl: the file first, then HAProxy on it, then the watch. One ends with the other.
set -eu
cd "$(dirname "$0")"
mkdir -p run
# Of an earlier run of this container: by now the number may be somebody else's.
rm -f run/haproxy.pid
exec autotmpl supervise -config autotmpl.yaml
