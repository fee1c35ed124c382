# shellcheck shell=bash
# servers: rgw minio
# seedbank-bucket copy between two servers of different makes, there and back: through this program, proven as it
# passes, with all that belongs to an object.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
# shellcheck source=tests/helpers/copy.sh
. "$SEEDBANK_ROOT/tests/helpers/copy.sh"

# sides SRC DST: each with keys of its own, and none for both
sides() {
  local name
  for name in ENDPOINT REGION ACCESS_KEY SECRET_KEY; do
    use_server "$1"
    export "SEEDBANK_SRC_S3_$name=$(printenv "SEEDBANK_S3_$name")"
    use_server "$2"
    export "SEEDBANK_DST_S3_$name=$(printenv "SEEDBANK_S3_$name")"
  done
  unset SEEDBANK_S3_ENDPOINT SEEDBANK_S3_REGION SEEDBANK_S3_ACCESS_KEY SEEDBANK_S3_SECRET_KEY
}
# on SERVER COMMAND...: the tool, asked there
on() (
  use_server "$1"
  shift
  "$@"
)
on_dst() (
  use_server "$server_b"
  "$@"
)

# there_and_back A B: a bucket of A into B, and from there into another one of A
there_and_back() {
  local a=$1
  server_b=$2
  use_server "$a"
  fresh first
  src=$b
  back=$b-back
  s3 make-bucket "$back" && s3 versioning "$back" Enabled >/dev/null
  for i in $(seq 10); do
    write "k/$i" "content $i"
  done
  write 'a b+c%/ü' odd
  write 'empty' ''
  put_with "$src" rich 'rich text' 'Content-Type: text/x-rich' 'Cache-Control: no-store' 'Content-Language: la' \
    'Content-Disposition: attachment; filename="r"' 'x-amz-meta-owner: me' 'x-amz-tagging: a=1&b=two'
  head -c 30000000 /dev/urandom >large
  s3 put "$src" large large >/dev/null
  on_dst s3 make-bucket "$src" && on_dst s3 versioning "$src" Enabled >/dev/null
  sides "$a" "$server_b"
  check "$a to $server_b: all is copied, and proven" exits 0 'Copied 14 objects.*14 of them proven.*SEEDBANK_AGAINST_S3_' bucket copy "$src" "$src/below"
  check "$a to $server_b: the same keys, sizes and ETags" is "$(on_dst objects "$src" below/ | sed 's|^below/||')" "$(on "$a" objects "$src")"
  check "$a to $server_b: what is beside them, too" is "$(on_dst beside "$src" below/rich)" "$(on "$a" beside "$src" rich)"
  check "$a to $server_b: tags, too" is "$(on_dst s3 tags "$src" below/rich)" 'a=1&b=two'
  check "$a to $server_b: a second run has nothing to do" exits 0 'same +14 objects.*nothing to do' bucket copy "$src" "$src/below"
  on "$a" s3 put "$src" k/3 - <<<'another' >/dev/null
  on "$a" s3 delete "$src" k/4 >/dev/null
  check "$a to $server_b: what changed, and what went" exits 0 'Copied 1 object .*1 object deleted' bucket copy "$src" "$src/below" --delete
  on "$a" s3 put "$src" k/4 - <<<'again' >/dev/null
  check "$a to $server_b: what comes again goes over the marker" exits 0 'Copied 1 object ' bucket copy "$src" "$src/below"
  check "$a to $server_b: as it is" is "$(on_dst s3 get "$src" below/k/4)" again
  sides "$server_b" "$a"
  check "and back" exits 0 'Copied 14 objects.*14 of them proven' bucket copy "$src/below" "$back"
  check "and back: the same as at first" is "$(on "$a" objects "$back")" "$(on "$a" objects "$src")"
  check "and back: the same bytes" cmp large <(on "$a" s3 get "$back" large)
  check "and back: with what is beside them" is "$(on "$a" beside "$back" rich)" "$(on "$a" beside "$src" rich)"
}

there_and_back rgw minio
there_and_back minio rgw

# Keys of one side are never sent to the other.
sides minio rgw
check "keys of the other set are not taken" exits 1 'No S3 credentials for.*SEEDBANK_DST_S3_ACCESS_KEY' \
  env -u SEEDBANK_DST_S3_ACCESS_KEY -u SEEDBANK_DST_S3_SECRET_KEY "$SEEDBANK_BIN/seedbank-bucket" copy "$src" b
