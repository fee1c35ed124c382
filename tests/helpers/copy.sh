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

# put_with BUCKET KEY TEXT HEADER...
put_with() {
  local headers=() to=$1 key=$2 text=$3
  shift 3
  for header in "$@"; do
    headers+=(-H "$header")
  done
  printf '%s' "$text" >put.body
  curl -q -sSf --path-as-is -X PUT --data-binary @put.body "${headers[@]}" "$(s3 presign "$to" PUT "$key" 60)"
}

# beside BUCKET KEY: what is kept beside its bytes, but for what differs from copy to copy
beside() {
  s3 head "$1" "$2" | grep -viE '^(last-modified|last_modified|modified|version|date)' | sort
}
