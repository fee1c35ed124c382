# shellcheck shell=bash disable=SC2154
# The rows about reading the versions of a large bucket, and about planning over them; sourced by
# tests/bench/run. The server makes the list as it is asked for it (tests/tools/list_server.c), so that
# what is measured is the reader.

# listing_cost NAME COMMAND...: what it costs, into $work/NAME.cost.
listing_cost() {
  local name=$1
  shift
  SEEDBANK_S3_ENDPOINT=$(cat "$work/list_server.log") SEEDBANK_S3_ACCESS_KEY=any SEEDBANK_S3_SECRET_KEY=any-secret-key \
    "$measure" "$work/$name.cost" "$@" >"$work/$name.out"
}

listing_rows() {
  local versions=1000000 server_pid cpu_ms rss_kb
  build/release/tests/tools/list_server $versions >"$work/list_server.log" &
  server_pid=$!
  until grep -q ^http "$work/list_server.log"; do sleep 0.1; done
  # The versions of each key are of four days in a row: most keys are to be copied, a third revealed.
  {
    listing_cost listing build/release/tests/tools/s3 count bench && [ "$(cat "$work/listing.out")" = $versions ] &&
      listing_cost planning build/release/bin/seedbank-bucket plan bench --at 2026-01-04T12:00:00Z --no-probe --quiet \
        -o "$work/bench.plan" && [ "$(wc -l <"$work/bench.plan")" -eq $((versions / 4 + 2)) ]
  } || {
    echo "bench: the listing was not read to its end" >&2
    exit 1
  }
  kill $server_pid
  wait $server_pid || true
  read -r cpu_ms rss_kb <"$work/listing.cost"
  row "CPU of reading 1,000,000 versions, maximum" "$cpu_ms" - ms 4000
  row "resident memory of that, maximum" "$rss_kb" - kB 65536
  read -r cpu_ms rss_kb <"$work/planning.cost"
  row "CPU of a plan over 1,000,000 versions, maximum" "$cpu_ms" - ms 4000
  row "resident memory of that, maximum" "$rss_kb" - kB 65536
}
