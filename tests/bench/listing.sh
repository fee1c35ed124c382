# shellcheck shell=bash disable=SC2154
# The rows about reading the versions of a large bucket; sourced by tests/bench/run. The server makes
# the list as it is asked for it (tests/tools/list_server.c), so that what is measured is the reader.

listing_rows() {
  local versions=1000000 server_pid cpu_ms rss_kb
  build/release/tests/tools/list_server $versions >"$work/list_server.log" &
  server_pid=$!
  until grep -q ^http "$work/list_server.log"; do sleep 0.1; done
  (
    SEEDBANK_S3_ENDPOINT=$(cat "$work/list_server.log") SEEDBANK_S3_ACCESS_KEY=any SEEDBANK_S3_SECRET_KEY=any-secret-key
    export SEEDBANK_S3_ENDPOINT SEEDBANK_S3_ACCESS_KEY SEEDBANK_S3_SECRET_KEY
    [ "$("$measure" "$work/listing.cost" build/release/tests/tools/s3 count bench)" = $versions ]
  ) || {
    echo "bench: the listing was not read to its end" >&2
    exit 1
  }
  kill $server_pid
  wait $server_pid || true
  read -r cpu_ms rss_kb <"$work/listing.cost"
  row "CPU of reading 1,000,000 versions, maximum" "$cpu_ms" - ms 4000
  row "resident memory of that, maximum" "$rss_kb" - kB 65536
}
