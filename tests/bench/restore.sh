# shellcheck shell=bash disable=SC2154
# The rows about bringing a bucket back; sourced by tests/bench/run.
#
# 2,000 objects, half of them overwritten and half deleted, are brought back to the moment before: each program
# in a bucket of its own, on the same server, one after the other. Peers: s3-pit-restore (PyPI) in place, and
# rclone (Debian) with --s3-version-at, which cannot restore in place, into a second bucket by copies of the
# server. "Bare" is curl --parallel sending nothing but the signed requests that change something, decided by
# others, with nothing journalled or verified: those of the same restore, which no program can do without, and
# 2,000 copies, against which applying a plan of 2,000 copies is held.

history_count=2000

history() {
  "$boto" tests/bench/history.py "$@"
}
# timed COMMAND...: sets took_ms, and burnt_ms, the CPU time of its processes.
timed() {
  local from
  from=$(date +%s%N)
  "$measure" "$work/timed.cost" "$(command -v "$1")" "${@:2}" >"$work/timed.log" 2>&1 || {
    tail -n 20 "$work/timed.log" >&2
    echo "bench: failed: $*" >&2
    exit 1
  }
  took_ms=$((($(date +%s%N) - from) / 1000000))
  burnt_ms=$(awk 'END { print $1 }' "$work/timed.cost")
}
# bare BUCKET: brought back by curl
bare() {
  history bare "$1" "$work"
  timed curl --parallel --parallel-max 32 --config "$work/bare.curl"
  history check "$1" $history_count
}
restore_rows() {
  local moment pit_ms pit_cpu ours_ms curl_ms curl_cpu remote as_aws
  # The server and its keys where AWS's own tools look for them.
  as_aws=(env -u AWS_CA_BUNDLE "AWS_ACCESS_KEY_ID=$SEEDBANK_S3_ACCESS_KEY" "AWS_SECRET_ACCESS_KEY=$SEEDBANK_S3_SECRET_KEY"
    "AWS_DEFAULT_REGION=$SEEDBANK_S3_REGION" "AWS_ENDPOINT_URL=$SEEDBANK_S3_ENDPOINT")
  moment=$(history make past-ours past-pit past-rclone past-bare past-ours-copies past-bare-copies $history_count) ||
    exit 1
  build/release/tests/tools/s3 make-bucket past-rclone-to >/dev/null

  timed "${as_aws[@]}" "$boto" "$(tools/s3-pit-restore)" -b past-pit -B past-pit -t "$moment" --max-workers 32
  pit_ms=$took_ms pit_cpu=$burnt_ms
  history check past-pit $history_count
  timed "$root/build/bin/seedbank-bucket" restore past-ours --at "$moment" --yes --output "$work/past-ours.plan"
  history check past-ours $history_count
  row "restoring 2,000 objects, to s3-pit-restore" "$took_ms" "$pit_ms" ms 0.333
  row "  CPU of it" "$burnt_ms" "$pit_cpu" ms 0.125
  ours_ms=$took_ms

  remote=":s3,provider=Ceph,endpoint='$SEEDBANK_S3_ENDPOINT',region=$SEEDBANK_S3_REGION,env_auth=true"
  timed "${as_aws[@]}" rclone copy --config /dev/null --server-side-across-configs --transfers 32 --checkers 32 \
    "$remote,version_at='$moment':past-rclone" "$remote:past-rclone-to"
  history check past-rclone-to $history_count
  row "restoring 2,000 objects, to rclone" "$ours_ms" "$took_ms" ms 1

  bare past-bare
  row "restoring 2,000 objects, to bare requests" "$ours_ms" "$took_ms" ms -
  row "  bare requests, to s3-pit-restore" "$took_ms" "$pit_ms" ms -
  bare past-bare-copies
  curl_ms=$took_ms curl_cpu=$burnt_ms
  timed "$root/build/bin/seedbank-bucket" plan past-ours-copies --at "$moment" --output "$work/past-ours-copies.plan"
  timed "$root/build/bin/seedbank-bucket" apply "$work/past-ours-copies.plan"
  history check past-ours-copies $history_count
  row "applying 2,000 copies, to bare copies" "$took_ms" "$curl_ms" ms 1.111
  row "  CPU of it" "$burnt_ms" "$curl_cpu" ms -
}
