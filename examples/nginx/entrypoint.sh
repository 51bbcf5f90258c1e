#!/bin/bash
# nginx with autotmpl beside it: the file first, then nginx on it, then the watch.
#
# autotmpl can supervise nginx itself and do more (supervised.yaml): this is for images that have their own way to start it.
# Whichever of the two ends takes the other, and so the container, with it.
set -euo pipefail
cd "$(dirname "$0")"

autotmpl=
nginx=
stop() {
  [ -z "$autotmpl" ] || kill -TERM "$autotmpl" 2>/dev/null || true
  # QUIT lets nginx finish the requests under way.
  [ -z "$nginx" ] || kill -QUIT "$nginx" 2>/dev/null || true
}
# At whatever step the signal comes.
trap 'stop; wait; exit 143' TERM INT

# Of an earlier run of this container: by now the number may be somebody else's.
rm -f run/nginx.pid

# Ends with 75, and the container with it, when Consul has not answered by then.
autotmpl -config autotmpl.yaml -once -timeout 60s &
autotmpl=$!
wait "$autotmpl"
autotmpl=

"${NGINX_BIN:-nginx}" -e stderr -p run -c nginx.conf -g 'daemon off;' &
nginx=$!
# Before nginx has written its PID, reload.sh would take it for not running, and a change of this moment would be lost.
until [ -s run/nginx.pid ]; do
  kill -0 "$nginx"
  sleep 0.1
done

autotmpl -config autotmpl.yaml &
autotmpl=$!

status=0
wait -n "$nginx" "$autotmpl" || status=$?
stop
wait
exit "$status"
