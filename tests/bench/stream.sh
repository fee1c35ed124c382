# shellcheck shell=bash disable=SC2154
# The rows about moving one large object from bucket to bucket through this machine; sourced by tests/bench/run.
#
# Ours reads and writes at once, in parts, holds what passes against the source's ETag and the new one against
# both. The peer is curl, a GET in a pipe to a PUT of known length: the same bytes over the same sockets at the
# same time, with URLs that are signed beforehand, and nothing checked. The better of two, in turn.

stream_mib=256 # RGW gives room back hours later, and has 2 GiB

stream_ours() {
  "$measure" "$work/stream.cost" "$s3" transfer stream-from big null stream-to big
}
stream_curl() {
  curl -sSfN "$1" | curl -sSf -T - -H "Content-Length: $((stream_mib << 20))" -H Transfer-Encoding: -H Expect: "$2"
}
# stream_ms NAME COMMAND...: appends how long it took to $work/NAME.ms
stream_ms() {
  local name=$1 from
  shift
  from=$(date +%s%N)
  "$@" >"$work/$name.out" || {
    echo "bench: failed: $*" >&2
    exit 1
  }
  echo $((($(date +%s%N) - from) / 1000000)) >>"$work/$name.ms"
}

stream_rows() {
  local s3=build/release/tests/tools/s3 get put rss_kb
  "$s3" make-bucket stream-from >/dev/null
  "$s3" make-bucket stream-to >/dev/null
  head -c $((stream_mib << 20)) /dev/urandom | "$s3" put stream-from big -
  get=$("$s3" presign stream-from GET big 3600)
  put=$("$s3" presign stream-to PUT big 3600)
  for _ in 1 2; do
    stream_ms stream-ours stream_ours
    grep -q 'read proven, write proven' "$work/stream-ours.out" || {
      echo "bench: the large object did not arrive proven" >&2
      exit 1
    }
    stream_ms stream-curl stream_curl "$get" "$put"
  done
  rss_kb=$(awk '$2 > m { m = $2 } END { print m }' "$work/stream.cost")
  row "moving $stream_mib MiB through, to curl" "$(sort -n "$work/stream-ours.ms" | head -n 1)" \
    "$(sort -n "$work/stream-curl.ms" | head -n 1)" ms 1.25
  row "resident memory of that, maximum" "$rss_kb" - kB 98304
  "$s3" remove-bucket stream-from --purge >/dev/null
  "$s3" remove-bucket stream-to --purge >/dev/null
}
