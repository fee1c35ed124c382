# shellcheck shell=bash
# seedbank-bucket restore --to, its shards and its conditions on MinIO, a second implementation of S3.
# servers: minio
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

shown() {
  local prefix=${2:-}
  s3 versions "$1" "$prefix" | awk -F '\t' -v n=$((${#prefix} + 1)) \
    '$3 == "latest" && $4 == "version" {print substr($1, n), $5, $6}'
}
dress() {
  s3 head "$@" | grep -Ei '^(content-type|cache-control|content-language|expires|x-amz-meta)' | sort
  s3 tags "$@" | sort
}

fresh target
t=$b
fresh source
curl -q -sSf -X PUT --data-binary words --aws-sigv4 "aws:amz:$SEEDBANK_S3_REGION:s3" \
  --user "$SEEDBANK_S3_ACCESS_KEY:$SEEDBANK_S3_SECRET_KEY" -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' \
  -H 'Content-Type: text/x-poem' -H 'Cache-Control: max-age=7' -H 'Expires: Fri, 21 Dec 2040 00:00:00 GMT' \
  -H 'x-amz-meta-who: somebody' -H 'x-amz-tagging: course=demo&year=2026' "$SEEDBANK_S3_ENDPOINT/$b/poem"
for i in $(seq 20); do
  write "k/$i" "was $i"
done
write erased here
was=$(dress "$b" poem)
at=$(now)
good=$(shown "$b")
for i in $(seq 20); do
  write "k/$i" bad
done
write poem bad
erase erased
before=$(shown "$b")

check "an object with metadata and tags" says 'x-amz-meta-who: somebody.*course=demo&year=2026' "$was"
check "restore --to" exits 0 'Restored 22 objects.*Verified: 22 objects' bucket restore "$b" --at "$at" --to "$t/in" --yes -o to.plan
check "the folder is as the bucket was" is "$(shown "$t" in/)" "$good"
check "with its metadata and tags" is "$(dress "$t" in/poem)" "$was"
check "a new plan finds all there" exits 0 'unchanged +22 .*nothing to do' bucket plan "$b" --at "$at" --to "$t/in" -o again.plan
check "undo" exits 0 'Took back 22 objects' bucket undo to.plan
check "the target is empty again" is "$(s3 versions "$t")" ""

bucket plan "$b" --at "$at" --shards 3 -o here.plan >/dev/null
for i in 0 1 2; do
  "$SEEDBANK_BIN/seedbank-bucket" apply here.plan --shard $i --json >$i.out 2>&1 &
  pids[i]=$!
done
for i in 0 1 2; do
  wait "${pids[i]}"
  check "piece $i" is $? 0
done
check "in place: the bucket is as it was" is "$(shown "$b")" "$good"
check "whether it minds conditions is said" is \
  "$(jq -r 'select(.event == "summary") | .conditional | type' 0.out)" boolean
check "undo" exits 0 'Took back 22 objects' bucket undo here.plan
check "as before" is "$(shown "$b")" "$before"
