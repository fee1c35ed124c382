# What test_objects.sh and test_objects_minio.sh share: the calls on objects that a restore makes, on a
# real server, judged by AWS's own client. No tool takes part.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=objects-$$-$RANDOM
other=$bucket-other
odd='q/😀 +%2F'

# versioned BUCKET
versioned() {
  s3 make-bucket "$1" && s3 versioning "$1" Enabled
}
two_buckets() {
  versioned "$bucket" && versioned "$other"
}
# named KEY: short, and on one line.
named() {
  printf %q "${1:0:20}"
}
# put BUCKET KEY TEXT: prints the version.
put() {
  printf %s "$3" | s3 put "$1" "$2" -
}
# copied KEY VERSION BUCKET KEY: a copy, and then that key holds what the version does.
copied() {
  local limit=${5:-}
  s3 copy "$bucket" "$1" "$2" "$3" "$4" ${limit:+"$limit"} >copied.out || return 1
  cmp <(s3 get "$bucket" "$1" "$2") <(s3 get "$3" "$4")
}
# head_of BUCKET KEY [VERSION]: what is kept beside its bytes, without what every version has its own of.
head_of() {
  s3 head "$@" | grep -vE '^(version|modified|part size): '
}
# lines TEXT...: for delete-many, one a line; a version follows its key behind a tab.
lines() {
  printf '%b\n' "$@"
}

# restores KEY: an old version of it, and an empty one, onto itself and into the other bucket.
restores() {
  local old empty
  old=$(put "$bucket" "$1" "content of $1") && empty=$(put "$bucket" "$1" "") || return 1
  copied "$1" "$old" "$bucket" "$1" && copied "$1" "$empty" "$bucket" "$1" && copied "$1" "$old" "$other" "$1"
}

# all_gone BUCKET: every version and marker in one batch, each of which is done.
all_gone() {
  s3 versions "$1" | cut -f1,2 >all.list || return 1
  [ -s all.list ] && s3 delete-many "$1" <all.list >deleted.out || return 1
  is "$(cut -f3 deleted.out | sort | uniq -c | tr -s ' ')" " $(wc -l <all.list) done" && is "$(s3 versions "$1")" ""
}
# marks BUCKET KEY...: a batch of keys without versions makes markers, which another batch takes away.
marks() {
  local in=$1
  shift
  lines "$@" | s3 delete-many "$in" >marked.out || return 1
  is "$(cut -f3,4 marked.out | grep -c '^done	marker ')" "$#" || return 1
  s3 versions "$in" | awk -F '\t' '$4 == "marker" { print $1 "\t" $2 }' >markers.list
  is "$(wc -l <markers.list)" "$#" && s3 delete-many "$in" <markers.list >/dev/null &&
    is "$(s3 versions "$in" | awk -F '\t' '$4 == "marker"')" ""
}

# with_everything: an object that has all that a copy must preserve.
with_everything() {
  boto s3 put_object "$(jq -n --arg b "$bucket" --argjson more "$1" '{
    Bucket: $b, Key: "all", Body: "hello", ContentType: "text/x", ContentEncoding: "gzip",
    ContentDisposition: "attachment", ContentLanguage: "de", CacheControl: "no-store",
    Metadata: {"test": "1", "test-two": "2  2", "empty": ""}, Tagging: "a=1&b=2%203"} + $more')"
}
preserves_everything() {
  local version
  version=$(with_everything "$1" | jq -r .VersionId) && put "$bucket" all "overwritten" &&
    copied all "$version" "$bucket" all && copied all "$version" "$other" all || return 1
  head_of "$bucket" all "$version" >source.head
  cat source.head
  grep -qx 'x-amz-meta-test-two: 2  2' source.head && grep -qx 'x-amz-meta-empty: ' source.head &&
    diff source.head <(head_of "$bucket" all) && diff source.head <(head_of "$other" all) &&
    is "$(s3 tags "$bucket" all "$version")" "a=1&b=2%203" && is "$(s3 tags "$bucket" all)" "a=1&b=2%203" &&
    is "$(s3 tags "$other" all)" "a=1&b=2%203"
}

# in_parts: an object written in two parts, and a copy in parts that cannot be told from it.
in_parts() {
  local version
  head -c 11534336 /dev/urandom >large
  boto s3 upload_file "$(jq -n --arg b "$bucket" '{Filename: "large", Bucket: $b, Key: "large",
    ExtraArgs: {Metadata: {"a": "b"}, CacheControl: "no-cache"}}')" >/dev/null || return 1
  version=$(s3 versions "$bucket" large | cut -f2)
  boto s3 put_object_tagging "$(jq -n --arg b "$bucket" --arg v "$version" '{Bucket: $b, Key: "large", VersionId: $v,
    Tagging: {TagSet: [{Key: "t", Value: "+/="}]}}')" >/dev/null || return 1
  copied large "$version" "$other" "$odd" 5242880 || return 1
  head_of "$bucket" large "$version" >source.head
  cat source.head
  grep -qx 'parts: 2' source.head && diff source.head <(head_of "$other" "$odd") &&
    is "$(s3 tags "$other" "$odd")" "t=%2B%2F%3D" && is "$(s3 uploads "$other" "$odd")" ""
}
# unfinished KEY: three uploads that nobody ends, beside one of a longer key, are found and given up.
unfinished() {
  for _ in 1 2 3; do
    boto s3 create_multipart_upload "$(jq -n --arg b "$bucket" --arg k "$1" '{Bucket: $b, Key: $k}')" | jq -r .UploadId
  done >begun.list
  boto s3 create_multipart_upload "$(jq -n --arg b "$bucket" --arg k "$1-" '{Bucket: $b, Key: $k}')" >/dev/null || return 1
  is "$(s3 uploads "$bucket" "$1" --abort | sort)" "$(sort begun.list)" && is "$(s3 uploads "$bucket" "$1")" ""
}

# null_version: what was written before versioning is a source, and goes alone.
null_version() {
  local in=$bucket-null
  s3 make-bucket "$in" && put "$in" k "old" && s3 versioning "$in" Enabled && put "$in" k "new" &&
    s3 copy "$in" k null "$in" k && is "$(s3 get "$in" k)" "old" || return 1
  lines 'k\tnull' 'k\tnot-a-version' 'not-there\tnull' | s3 delete-many "$in" >deleted.out
  is "$(cut -f3 deleted.out | sort -u)" "done" && is "$(s3 get "$in" k)" "old" &&
    refuses 'not found' s3 head "$in" k null && all_gone "$in" && s3 remove-bucket "$in"
}

# locked: a version under retention stays, is named, and goes when governance is bypassed.
locked() {
  local in=$bucket-lock version
  s3 make-bucket "$in" --lock &&
    version=$(boto s3 put_object "{\"Bucket\": \"$in\", \"Key\": \"k\", \"Body\": \"1\", \"ObjectLockMode\": \"GOVERNANCE\",
      \"ObjectLockRetainUntilDate\": \"2037-01-01T00:00:00Z\"}" | jq -r .VersionId) || return 1
  head_of "$in" k | grep -q '^x-amz-object-lock-retain-until-date: 2037-01-01T00:00:00' || return 1
  lines "k\\t$version" | s3 delete-many "$in" >deleted.out
  is "$(cut -f3 deleted.out)" "refused" && lines "k\\t$version" | s3 delete-many "$in" --bypass >deleted.out &&
    is "$(cut -f3 deleted.out)" "done" && s3 remove-bucket "$in"
}

# lists_the_same: also in pages of one entry.
lists_the_same() {
  diff <(s3 versions "$bucket") <(SEEDBANK_S3_PAGE_SIZE=1 s3 versions "$bucket") &&
    is "$(s3 count "$bucket")" "$(s3 versions "$bucket" | wc -l)"
}
