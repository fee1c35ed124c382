# shellcheck shell=bash disable=SC2034,SC2154
# What the tests of copy have in common; sourced behind lib.sh.

# pair NAME: two buckets with versioning; their names go to $src (and $b) and $dst.
pair() {
  fresh "$1-dst"
  dst=$b
  fresh "$1-src"
  src=$b
}

# objects BUCKET [PREFIX]: what a reader sees, but for our own records: key, size and ETag
objects() {
  s3 objects "$@" | awk -F '\t' '!/^\.seedbank\// {print $1, $5, $6}'
}

# put_with BUCKET KEY TEXT HEADER...: a key that needs no encoding
put_with() {
  local headers=() to=$1 key=$2
  printf '%s' "$3" >put.body
  shift 3
  for header in "$@" "x-amz-content-sha256: $(sha256sum put.body | cut -d ' ' -f 1)"; do
    headers+=(-H "$header")
  done
  curl -q -sSf -X PUT --data-binary @put.body "${headers[@]}" --aws-sigv4 "aws:amz:$SEEDBANK_S3_REGION:s3" \
    --user "$SEEDBANK_S3_ACCESS_KEY:$SEEDBANK_S3_SECRET_KEY" "$SEEDBANK_S3_ENDPOINT/$to/$key"
}

# beside BUCKET KEY: what is kept beside its bytes, but for what differs from copy to copy
beside() {
  s3 head "$1" "$2" | grep -viE '^(last-modified|last_modified|modified|version|date|part size)' | sort
}
