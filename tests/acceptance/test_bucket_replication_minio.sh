# Replication itself, from one MinIO to another: what is written while the rule stands arrives, what
# was written before and after does not. The remote target is set up by MinIO's own tool.
# servers: minio
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"
# shellcheck source=tests/acceptance/rules.sh
. "$SEEDBANK_ROOT/tests/acceptance/rules.sh"

document=replication
bucket=replication-$$-$RANDOM
backup=$bucket-backup
there() { # COMMAND...: on the second server
  SEEDBANK_S3_ENDPOINT=$SEEDBANK_S3_ENDPOINT_2 "$@"
}
arrived() { # KEY
  is "$(there s3 get "$backup" "$1" 2>&1)" "$1"
}
put() { # KEY
  echo "$1" | s3 put "$bucket" "$1" - >/dev/null
}
# The put is answered after the copy is made: absence needs no waiting, but a little shows that
# nothing comes later.
never_arrived() {
  sleep 1
  is "$(there s3 versions "$backup" "$1")" ""
}
# Deletions are copied in the background.
marked() { # KEY
  there s3 versions "$backup" "$1" | grep -q "latest.marker"
}

s3 make-bucket "$bucket" && there s3 make-bucket "$backup" &&
  s3 versioning "$bucket" Enabled >/dev/null && there s3 versioning "$backup" Enabled >/dev/null || exit 1
# It leaves a disabled rule of the ID "link" and of priority 0.
target=$("$SEEDBANK_ROOT/tools/servers/minio" link "1/$bucket" "2/$backup" "$SEEDBANK_SERVERS/minio") || exit 1
linked=$(s3 replication "$bucket" | grep -o '<Rule><ID>link<.*</Rule>')

config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_replication" "a" {
  bucket  = "$bucket"
  rule_id = "ours"
  prefix  = "course/"

  destination = { bucket = "$target" }
}
TF
check "init" tf init
put course/before
check "the rule is applied, and what is there already is told" \
  says "Objects that bucket $bucket already holds.*mc replicate resync" "$(apply)"
check "it stands beside the one that its tool left" rules_are "$bucket" "link ours"
check "the plan after it is empty" plan_empty
put course/after
put other/after
check "an object that is put after the apply arrives" arrived course/after
check "one that was put before does not" never_arrived course/before
check "one elsewhere does not" never_arrived other/after
s3 delete "$bucket" course/after >/dev/null
sleep 2
check "a deletion does not reach the copy" arrived course/after

sed -i 's/^  prefix.*/  delete_marker_replication = true/' main.tf
check "an update widens the rule, and copies delete markers" says "0 added, 1 changed" "$(apply)"
check "the plan after it is empty" plan_empty
put other/more
check "an object elsewhere arrives now" arrived other/more
s3 delete "$bucket" other/more >/dev/null
check "its deletion is copied" wait_for 30 marked other/more
check "the deleted object is not gone for good" says "old.version" "$(there s3 versions "$backup" other/more)"

sed -i 's/^  rule_id.*/&\n  status = "Disabled"/' main.tf
check "a rule is disabled" apply
put course/paused
check "an object that is put meanwhile does not arrive" never_arrived course/paused

sed -i '/status/d; s/delete_marker_replication = true/priority = 3/' main.tf
check "it is enabled again" apply
"$TOOL" state rm seedbank_bucket_replication.a >/dev/null
check "import" tf import -input=false seedbank_bucket_replication.a "$bucket/ours"
check "the plan after an import is empty" plan_empty
check "the rule is removed" destroy
check "only the rule goes" rules_are "$bucket" link
put course/removed
check "an object that is put after the removal does not arrive" never_arrived course/removed
check "copies stay" arrived course/after
check "the rule of its tool is as it was" \
  is "$(s3 replication "$bucket" | grep -o '<Rule><ID>link<.*</Rule>')" "$linked"
check "no provider process is left" none_left
