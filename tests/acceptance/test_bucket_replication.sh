# The life of seedbank_bucket_replication on Ceph: a gateway that refuses replication rules, as it
# does by default, and one that stores them (with one zone, it copies nothing; MinIO does, in
# test_bucket_replication_minio).
# servers: rgw-replication rgw
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"
# shellcheck source=tests/acceptance/rules.sh
. "$SEEDBANK_ROOT/tests/acceptance/rules.sh"

resource=bucket_replication
document=replication
root=ReplicationConfiguration
bucket=replication-$$-$RANDOM
backup=$bucket-backup
make_both() {
  s3 make-bucket "$bucket" && s3 make-bucket "$backup" &&
    s3 versioning "$bucket" Enabled >/dev/null && s3 versioning "$backup" Enabled >/dev/null
}

# rule ID PRIORITY PREFIX: as another tool would write it.
rule() {
  echo "<Rule><ID>$1</ID><Priority>$2</Priority><Filter><Prefix>$3</Prefix></Filter>"
  echo "<Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::$backup</Bucket></Destination>"
  echo "<DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication></Rule>"
}
theirs=$(rule theirs 7 tmp/)
# A configuration of one.
one() { # ARGUMENTS
  config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_replication" "a" {
  bucket  = "$bucket"
  rule_id = "ours"
  destination = {
    bucket = "arn:aws:s3:::$backup"
  }
  $1
}
TF
}

# ---- Without a network ---------------------------------------------------------------------------
one 'tags = { kind = "upload" }
  delete_marker_replication = true'
check "init" tf init
check "tags and delete markers are refused" refuses "Delete markers have no tags" tf validate
one 'replace_role = true'
check "replacing a role needs one" refuses "There is no role to set" tf validate
one ''
sed -i "s/arn:aws:s3:::$backup/$backup/" main.tf
check "a destination is an ARN" refuses "arn:aws:s3:::NAME" tf validate
one ''
sed -i "s/^    bucket.*/&\n    replication_time = true/" main.tf
check "replication time needs metrics" refuses "destination.metrics = true" tf validate
sed -i 's/replication_time = true/owner_override = true/' main.tf
check "a new owner must be named" refuses "needs destination.account" tf validate

# ---- A server that does not replicate ------------------------------------------------------------
use_server rgw
make_both || exit 1
one ''
check "a server without replication is told, with what there is instead" \
  refuses "does not replicate this bucket.*sync group create.*rclone sync or mc mirror" apply
check "nothing is left in the state" is "$(in_state)" 0
for b in "$bucket" "$backup"; do
  s3 remove-bucket "$b" || exit 1
done
use_server rgw-replication

# ---- What must be there first --------------------------------------------------------------------
check "a bucket that is not there is named" refuses "Bucket $bucket does not exist" apply
s3 make-bucket "$bucket" || exit 1
check "a source without versioning is refused" \
  refuses "Bucket $bucket does not have versioning Enabled" apply
s3 versioning "$bucket" Enabled >/dev/null
check "a destination that is not there is refused" \
  refuses "Destination bucket $backup does not exist" apply
s3 make-bucket "$backup" || exit 1
check "a destination without versioning is refused" \
  refuses "Bucket $backup does not have versioning Enabled" apply
s3 versioning "$backup" Suspended >/dev/null
check "and one where it is suspended" refuses "it is Suspended here" apply
s3 versioning "$backup" Enabled >/dev/null
check "nothing was written" no_rules "$bucket"

# ---- Its life ------------------------------------------------------------------------------------
# The example is for AWS; Ceph knows no role.
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
$(example resources/seedbank_bucket_replication/resource.tf "$bucket" | grep -v role)
TF
replaces "$bucket" "$theirs" || exit 1
check "the example applies, to an empty bucket without a warning" \
  not says "already holds" "$(apply)"
check "its rule stands beside the other one" rules_are "$bucket" "theirs to-backup"
check "the plan after it is empty" plan_empty
check "the example is destroyed" destroy
check "only its rule goes" rules_are "$bucket" theirs

echo old >file
s3 put "$bucket" course/image.png file >/dev/null
one 'prefix = "course/"
  status = "Disabled"'
check "a disabled rule is applied, without a warning" not says "already holds" "$(apply)"
check "the plan after it is empty" plan_empty
sed -i 's/status.*/priority = 3/' main.tf
check "update in place enables it" says "0 added, 1 changed, 0 destroyed" "$(apply)"
check "the server has it" says 'course/.*<ID>ours.*<Priority>3<.*Enabled' "$(s3 replication "$bucket")"
check "the plan after an update is empty" plan_empty
sed -i 's/prefix.*/tags = { kind = "upload", by = "a+b" }/' main.tf
check "tags instead of a prefix" apply
check "the plan after it is empty" plan_empty
check "the other rule is as it was" says "tmp/.*<ID>theirs.*<Priority>7<" "$(s3 replication "$bucket")"
check "destroy" destroy
check "the other rule stays" rules_are "$bucket" theirs

one ''
check "objects that are there already are told, with what copies them" \
  says "Objects that bucket $bucket already holds.*S3 Batch Replication.*mc replicate resync" "$(apply)"
check "the plan after it is empty" plan_empty

# ---- Another writer ------------------------------------------------------------------------------
another_writer "$(rule new 8 x/)" "$(rule ours 5 x/)" '5 -> 1'

# ---- Refusals, and fields that the server drops --------------------------------------------------
before=$(s3 replication "$bucket")
one 'priority = 7'
check "the priority of another rule is refused" refuses '"theirs" has it' apply
one 'role = "arn:aws:iam::123456789012:role/copier"'
check "a role beside rules of others is refused, and they are named" \
  refuses 'It is none, and the rules "theirs" rely on it' apply
check "nothing was written" is "$(s3 replication "$bucket")" "$before"
one 'delete_marker_replication = true'
check "what the server drops is told" \
  says "does not keep delete_marker_replication of replication rules" "$(apply)"
check "and shown again by the next plan" plan_changes
one ''
check "without it the plan is empty" plan_empty
check "destroy" destroy
replaces "$bucket" "$theirs" "$(rule ours 5 x/)"
five='prefix = "x/"
  priority = 5'
adopts '' "$five"
imports_rule "$five"

# ---- Replacement, and several on one bucket ------------------------------------------------------
sed -i 's/"ours"/"next"/; s/priority = 5/priority = 6/' main.tf
check "another ID replaces the resource" apply
check "and takes the old rule away" rules_are "$bucket" "next theirs"
check "destroy the new one" destroy
replaces "$bucket"
check "a bucket without rules" no_rules "$bucket"
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
provider "seedbank" {
  alias = "second"
  s3    = { force_path_style = true }
}
resource "seedbank_bucket_replication" "a" {
  count    = 4
  bucket   = "$bucket"
  rule_id  = "rule-\${count.index}"
  prefix   = "p\${count.index}/"
  priority = count.index

  destination = { bucket = "arn:aws:s3:::$backup" }
}
resource "seedbank_bucket_replication" "b" {
  provider = seedbank.second
  bucket   = "$bucket"
  rule_id  = "second"
  priority = 9

  destination = { bucket = "arn:aws:s3:::$backup" }
}
TF
check "five at once on one bucket, from two provider processes" apply
check "none is lost" rules_are "$bucket" "rule-0 rule-1 rule-2 rule-3 second"
check "the plan after them is empty" plan_empty
check "all are destroyed at once" destroy
check "the document goes with the last rule" no_rules "$bucket"

# ---- Buckets that are gone -----------------------------------------------------------------------
one ''
check "applied once more" apply
cat >>main.tf <<TF
data "seedbank_bucket_protection" "a" {
  bucket = "$bucket"
}
output "findings" {
  value = data.seedbank_bucket_protection.a.findings[*].message
}
TF
check "a destination that is as it should be is no finding" not says "copies nothing" "$(apply)"
s3 versioning "$backup" Suspended >/dev/null
check "one whose versioning was suspended is" \
  says "rule \\\\\"ours\\\\\" that copies nothing.*bucket $backup, is Suspended" "$(apply)"
one ''
s3 remove-bucket "$bucket" --purge
check "a bucket that is gone is planned anew, with a warning" says "1 to add.*is gone" \
  "$(tf plan -input=false)"
check "no provider process is left" none_left
