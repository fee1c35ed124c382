# A real server that is not Ceph: versioning, retention and lock on MinIO, and what it says of what it
# does not know.
# servers: minio
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=minio-$$-$RANDOM
locked=$bucket-locked
s3 make-bucket "$bucket" && s3 make-bucket "$locked" --lock || exit 1

provider='provider "seedbank" {
  s3 = { force_path_style = true }
}'
# rule NAME ARGUMENTS: a retention rule of the bucket.
rule() {
  cat <<TF
resource "seedbank_bucket_retention" "$1" {
  bucket  = "$bucket"
  rule_id = "$1"
  $2
}
TF
}

# ---- What it has ---------------------------------------------------------------------------------
config <<TF
$provider
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
resource "seedbank_bucket_lock" "a" {
  bucket     = "$locked"
  mode       = "GOVERNANCE"
  days       = 10
  on_destroy = "remove"
}
$(rule old 'prefix = "course/"
  tags                          = { kind = "upload" }
  object_size_greater_than      = 10
  object_size_less_than         = 1000000
  noncurrent_version_expiration = { days = 30, newer_noncurrent_versions = 3 }
  min_recovery_window_days      = 20')
$(rule markers 'expired_object_delete_marker = true')
TF
check "init" tf init
check "versioning, retention and lock are applied" says "4 added" "$(apply)"
check "the plan after it is empty" plan_empty
check "the server has versioning" versioning_is "$bucket" Enabled
check "the server has the lock" is "$(s3 lock "$locked")" "Enabled, GOVERNANCE for 10 days"
check "the server keeps how many old versions stay" \
  says '<NewerNoncurrentVersions>3<' "$(s3 lifecycle "$bucket")"
check "the server keeps the size" says '<ObjectSizeGreaterThan>10<' "$(s3 lifecycle "$bucket")"

echo one >file
version=$(s3 put "$locked" course/image.png file)
check "a locked version cannot be deleted" not s3 delete "$locked" course/image.png "$version"
check "it is still there" is "$(s3 get "$locked" course/image.png "$version")" one

sed -i 's/days = 30,/days = 40,/; s/days       = 10/days       = 20/' main.tf
check "update in place" says "0 added, 2 changed, 0 destroyed" "$(apply)"
check "the plan after an update is empty" plan_empty
check "the server has the new days" says '<NoncurrentDays>40<' "$(s3 lifecycle "$bucket")"
s3 versioning "$bucket" Suspended
check "drift is found" plan_changes
check "drift is mended" apply
check "versioning is on again" versioning_is "$bucket" Enabled

for address in "versioning.a $bucket" "lock.a $locked" "retention.old $bucket/old"; do
  read -r name id <<<"$address"
  "$TOOL" state rm "seedbank_bucket_$name" >/dev/null
  check "import of $name" tf import -input=false "seedbank_bucket_$name" "$id"
done
# What only this resource knows is not imported: how it is destroyed and what window it asks for.
check "what an import cannot know is applied" apply
check "the plan after it is empty" plan_empty
check "destroy" destroy
check "the rules are gone" is "$(s3 lifecycle "$bucket" | grep -c '<Rule>')" 0
check "the default retention is gone" is "$(s3 lock "$locked")" "Enabled, none"

# It keeps the settings of a bucket in one file, which it reads and writes without a lock.
for n in 1 2 3 4; do
  s3 make-bucket "$bucket-$n" || exit 1
done
config <<TF
$provider
resource "seedbank_bucket_versioning" "a" {
  count  = 4
  bucket = "$bucket-\${count.index + 1}"
}
resource "seedbank_bucket_retention" "a" {
  count   = 4
  bucket  = "$bucket-\${count.index + 1}"
  rule_id = "old"

  noncurrent_version_expiration = { days = 30 }
}
TF
check "two settings each of four buckets at once" says "8 added" "$(apply)"
check "none is lost" plan_empty
check "they are destroyed at once" destroy

# ---- What it lacks -------------------------------------------------------------------------------
# warned PATTERN: the apply succeeds and warns.
warned() {
  local output
  output=$(apply 2>&1) && says "$1" "$output" && return 0
  printf '%s\n' "$output"
  return 1
}
config <<TF
$provider
$(rule both 'noncurrent_version_expiration = { days = 30 }
  abort_incomplete_multipart_days = 7')
TF
check "a field that it drops is a warning that names it and the remedy" \
  warned 'Warning: The server .* does not keep abort_incomplete_multipart_days.*Leave it out'
check "and drift at the next plan" says '\+ abort_incomplete_multipart_days' "$(tf plan -input=false)"
sed -i '/abort_incomplete/d' main.tf
check "without it the plan is empty" plan_empty
before=$(s3 lifecycle "$bucket")

config <<TF
$provider
$(rule both 'noncurrent_version_expiration = { days = 30 }')
$(rule abort 'abort_incomplete_multipart_days = 7')
TF
check "a rule of nothing but that is refused" \
  one_error 'Cannot write the lifecycle rules of bucket.*InvalidArgument.*MinIO does not know abort_incomplete' \
  apply -auto-approve
check "the other rule stays as it is" is "$(s3 lifecycle "$bucket")" "$before"
config <<TF
$provider
$(rule both 'noncurrent_version_expiration = { days = 30 }')
$(rule move 'noncurrent_version_transition = { days = 3, storage_class = "GLACIER" }')
TF
check "a storage class that it does not have is refused" \
  one_error 'Cannot write the lifecycle rules of bucket.*InvalidStorageClass.*noncurrent_version_transition.storage_class' \
  apply -auto-approve
check "the other rule stays then too" is "$(s3 lifecycle "$bucket")" "$before"
config <<TF
$provider
resource "seedbank_bucket_lock" "a" {
  bucket = "$bucket"
  mode   = "GOVERNANCE"
  days   = 10
}
TF
check "a bucket that was made without Object Lock says how to make one" \
  one_error 'Cannot set the default retention.*lock only a bucket that was created with Object Lock.*mc mb --with-lock' \
  apply -auto-approve
check "wrong keys" refuses 'InvalidAccessKeyId.*Check' env SEEDBANK_S3_ACCESS_KEY=nobody \
  "$TOOL" apply -no-color -input=false -auto-approve
check "no provider process is left" none_left
