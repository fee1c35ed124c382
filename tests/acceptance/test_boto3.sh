# AWS's own client beside ours: it reads the structure that we meant, what it put plans empty after an
# import, and as a writer of whole documents it may come in between two plans and in the midst of an apply.
# servers: minio moto rgw
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

name=boto3-$$-$RANDOM
provider='provider "seedbank" {
  s3 = { force_path_style = true }
}'
# rule BUCKET ID ARGUMENTS
rule() {
  cat <<TF
resource "seedbank_bucket_retention" "$2" {
  bucket  = "$1"
  rule_id = "$2"
  $3
}
TF
}
# call METHOD BUCKET [ARGUMENTS]: of boto3, with more arguments as JSON's members.
call() {
  boto s3 "$1" "{\"Bucket\":\"$2\"${3:+,$3}}"
}
# rules_of BUCKET: the rules by boto3, sorted by ID. Ceph shows a lone prefix without a filter, as S3 once did,
# and ours is put so where all others are.
rules_of() {
  call get_bucket_lifecycle_configuration "$1" | jq -Sc '.Rules | sort_by(.ID) |
    map(if has("Prefix") then .Filter = {Prefix} | del(.Prefix) else . end)'
}
# replaced BUCKET RULE...: boto3 puts these rules, as JSON, and no others.
replaced() {
  local bucket=$1 IFS=,
  shift
  call put_bucket_lifecycle_configuration "$bucket" "\"LifecycleConfiguration\":{\"Rules\":[$*]}" >/dev/null
}

# ---- What we put, read by boto3 ------------------------------------------------------------------
# reads SERVER: versioning, lock and two rules of ours there, as boto3 reads them. Each with what the
# server has: sizes and a number of versions (MinIO), storage classes (moto); Ceph keeps no prefix beside tags.
declare -A ours=(
  [minio]='tags = { kind = "up & <down>", a = "1" }
  object_size_greater_than = 10
  object_size_less_than = 1000000
  noncurrent_version_expiration = { days = 30, newer_noncurrent_versions = 3 }'
  [moto]='tags = { kind = "up & <down>", a = "1" }
  noncurrent_version_expiration = { days = 400 }
  noncurrent_version_transition = { days = 30, storage_class = "GLACIER_IR", newer_noncurrent_versions = 2 }'
  [rgw]='noncurrent_version_expiration = { days = 30 }'
)
declare -A meant=(
  [minio]='"Filter":{"And":{"ObjectSizeGreaterThan":10,"ObjectSizeLessThan":1000000,"Prefix":"course/","Tags":[{"Key":"a","Value":"1"},{"Key":"kind","Value":"up & <down>"}]}},"ID":"ours","NoncurrentVersionExpiration":{"NewerNoncurrentVersions":3,"NoncurrentDays":30},"Status":"Enabled"'
  [moto]='"Filter":{"And":{"Prefix":"course/","Tags":[{"Key":"a","Value":"1"},{"Key":"kind","Value":"up & <down>"}]}},"ID":"ours","NoncurrentVersionExpiration":{"NoncurrentDays":400},"NoncurrentVersionTransitions":[{"NewerNoncurrentVersions":2,"NoncurrentDays":30,"StorageClass":"GLACIER_IR"}],"Status":"Enabled"'
  [rgw]='"Filter":{"Prefix":"course/"},"ID":"ours","NoncurrentVersionExpiration":{"NoncurrentDays":30},"Status":"Enabled"'
)
lock_meant='{"ObjectLockConfiguration":{"ObjectLockEnabled":"Enabled","Rule":{"DefaultRetention":{"Days":7,"Mode":"GOVERNANCE"}}}}'

for server in minio moto rgw; do
  use_server $server
  bucket=$name-$server
  locked=$bucket-locked
  s3 make-bucket "$bucket" && s3 make-bucket "$locked" --lock || exit 1
  rm -f terraform.tfstate*
  config <<TF
$provider
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
resource "seedbank_bucket_lock" "a" {
  bucket = "$locked"
  mode   = "GOVERNANCE"
  days   = 7
}
$(rule "$bucket" ours "prefix = \"course/\"
  ${ours[$server]}")
$(rule "$bucket" rest 'expired_object_delete_marker = true
  enabled = false')
TF
  check "init for $server" tf init
  check "ours are applied on $server" says "4 added" "$(apply)"
  check "boto3 reads versioning on $server" is \
    "$(call get_bucket_versioning "$bucket" | jq -r .Status)" Enabled
  # moto adds the years that nobody gave, as a zero.
  check "boto3 reads the lock on $server" is \
    "$(call get_object_lock_configuration "$locked" | jq -Sc 'del(.. | .Years? | select(. == 0))')" "$lock_meant"
  rules=$(rules_of "$bucket")
  check "boto3 reads the rule as it was meant on $server" is "$(jq -c '.[0]' <<<"$rules")" \
    "{${meant[$server]}}"
  check "boto3 reads the other rule on $server" is \
    "$(jq -c '.[1] | [.ID, .Status, .Expiration, (.Filter.Prefix // "")]' <<<"$rules")" \
    '["rest","Disabled",{"ExpiredObjectDeleteMarker":true},""]'

  # The same, put by boto3 to buckets of its own, and imported.
  theirs=$bucket-theirs
  s3 make-bucket "$theirs" && s3 make-bucket "$theirs-locked" --lock || exit 1
  call put_bucket_versioning "$theirs" '"VersioningConfiguration":{"Status":"Enabled"}' >/dev/null
  call put_object_lock_configuration "$theirs-locked" "${lock_meant:1:-1}" >/dev/null
  replaced "$theirs" "{${meant[$server]}}" \
    '{"ID":"rest","Status":"Disabled","Filter":{"Prefix":""},"Expiration":{"ExpiredObjectDeleteMarker":true}}'
  sed -i "s/$bucket/$theirs/" main.tf
  rm -f terraform.tfstate*
  cat >import.tf <<TF
import {
  to = seedbank_bucket_versioning.a
  id = "$theirs"
}
import {
  to = seedbank_bucket_lock.a
  id = "$theirs-locked"
}
import {
  to = seedbank_bucket_retention.ours
  id = "$theirs/ours"
}
import {
  to = seedbank_bucket_retention.rest
  id = "$theirs/rest"
}
TF
  check "what boto3 put on $server is imported without a change" \
    says "4 imported, 0 added, 0 changed" "$(apply)"
  rm import.tf
  check "the plan after it is empty on $server" plan_empty
done

# ---- A writer of whole documents beside ours -----------------------------------------------------
use_server minio
bucket=$name-race
s3 make-bucket "$bucket" && s3 versioning "$bucket" Enabled >/dev/null || exit 1
expires() { # ID DAYS
  echo "{\"ID\":\"$1\",\"Status\":\"Enabled\",\"Filter\":{\"Prefix\":\"$1/\"},\"NoncurrentVersionExpiration\":{\"NoncurrentDays\":$2}}"
}
theirs=$(expires theirs 90)
new=$(expires new 60)
rules_are() { # ID...
  is "$(rules_of "$bucket" | jq -r '[.[].ID] | join(" ")')" "$*"
}
rm -f terraform.tfstate*
replaced "$bucket" "$theirs"
config <<TF
$provider
$(rule "$bucket" ours 'prefix = "course/"
  noncurrent_version_expiration = { days = 40 }')
TF
check "ours beside a rule of boto3" apply
check "both are there" rules_are ours theirs
replaced "$bucket" "$theirs" "$new"
check "boto3 replaced the document between two plans: found and explained" \
  says '1 to add.*Another program replaced.*Rules that are there now: "theirs", "new"' "$(tf plan -input=false)"
check "ours is put again" apply
check "and no other goes" rules_are new ours theirs
check "theirs are as boto3 put them" is "$(rules_of "$bucket" | jq -c '[.[0,2]]')" \
  "$(jq -Sc -n --argjson a "$new" --argjson b "$theirs" '[$a, $b]')"
destroy >/dev/null

# comes_in before|after NUMBER: an apply of ours, and at that of its puts boto3 replaces the document, in
# which it has only its rules.
comes_in() {
  rm -f terraform.tfstate* between.out
  replaced "$bucket" "$theirs"
  "$SEEDBANK_BOTO3" "$SEEDBANK_ROOT/tests/acceptance/between.py" "$SEEDBANK_S3_ENDPOINT" "$1" "$2" PUT '?lifecycle' \
    "$SEEDBANK_BOTO3" "$SEEDBANK_ROOT/tests/acceptance/boto.py" s3 put_bucket_lifecycle_configuration \
    "{\"Bucket\":\"$bucket\",\"LifecycleConfiguration\":{\"Rules\":[$theirs,$new]}}" >between.out 2>between.log &
  local between=$!
  # shellcheck disable=SC2064 # that process
  trap "kill $between 2>/dev/null" EXIT
  wait_for 30 grep -q ^http between.out || return 1
  SEEDBANK_S3_ENDPOINT=$(cat between.out) apply
  local code=$?
  kill "$between"
  wait "$between"
  # It did come in: boto3 printed its answer.
  grep -qx '{}' between.log && return $code
}
# intact ID...: these are the rules, ours is as it was declared, and theirs is as boto3 put it.
intact() {
  rules_are "$@" && plan_empty &&
    is "$(rules_of "$bucket" | jq -c '.[] | select(.ID == "theirs")')" "$(jq -Sc . <<<"$theirs")"
}
# S3 has no way to write only if nobody else did: what boto3 adds between our fetch and our put goes with
# the put. What we fetched stays, in any case, and what comes after the put stays too.
for moment in "before 1" "before 2"; do
  # shellcheck disable=SC2086 # two words
  check "boto3 writes $moment. put of ours" comes_in $moment
  check "nothing that was fetched is lost ($moment)" intact ours theirs
done
for moment in "after 1" "after 2"; do
  # shellcheck disable=SC2086 # two words
  check "boto3 writes $moment. put of ours" comes_in $moment
  check "nothing is lost at all ($moment)" intact new ours theirs
done

# ---- Two aliases ---------------------------------------------------------------------------------
rm -f terraform.tfstate*
replaced "$bucket" "$theirs"
config <<TF
$provider
provider "seedbank" {
  alias = "second"
  s3    = { force_path_style = true }
}
$(for id in a1 a2 a3; do rule "$bucket" $id 'noncurrent_version_expiration = { days = 40 }'; done)
$(for id in b1 b2 b3; do
  rule "$bucket" $id 'provider = seedbank.second
  noncurrent_version_expiration = { days = 50 }'
done)
TF
check "two aliases of the provider, three rules each, at once" apply
check "all are there, and the one of boto3" rules_are a1 a2 a3 b1 b2 b3 theirs
check "the plan after it is empty" plan_empty
check "they are destroyed at once" destroy
check "the rule of boto3 is left" rules_are theirs
check "no provider process is left" none_left
