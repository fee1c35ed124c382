# shellcheck shell=bash disable=SC2154
# The rows about the pace of many requests; sourced by tests/bench/run.
#
# The server throttles as S3 does, 20 ms away. Of the limit, at least 90 % is to be used, with less
# than 2 % of the tries refused: the search at the beginning included, and no setting given.

pace_rows() {
  local server_pid url from took refused
  printf '%s\n' 'limit 500' 'step GET /x' ' times any' ' body hello' ' delay 20' >"$work/pace.script"
  build/release/tests/tools/fault_server "$work/pace.script" >"$work/pace.log" &
  server_pid=$!
  until grep -q ^http "$work/pace.log"; do sleep 0.1; done
  url=$(sed -n 1p "$work/pace.log")/x
  from=$(date +%s%N)
  build/release/tests/tools/load -a -n 5000 "$url"
  took=$((($(date +%s%N) - from) / 1000000))
  kill $server_pid
  wait $server_pid
  refused=$(sed -n 's/ refused by the limit//p' "$work/pace.log")
  row "5000 requests at a limit of 500/s, maximum" "$took" - ms 11111
  row "tries of them that were refused, maximum" "$refused" - "" 100
}
