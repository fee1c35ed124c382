# The life of seedbank_bucket_retention on a real server: one rule among those of others, old
# versions seen to go, fields that the server drops, another writer, import, destroy. On this server
# a day of a lifecycle rule lasts ten seconds.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"
# shellcheck source=tests/acceptance/rules.sh
. "$SEEDBANK_ROOT/tests/acceptance/rules.sh"

resource=bucket_retention
document=lifecycle
root=LifecycleConfiguration
bucket=retention-$$-$RANDOM
other=$bucket-other
for b in "$bucket" "$other"; do
  s3 make-bucket "$b" && s3 versioning "$b" Enabled >/dev/null || exit 1
done

# rule ID PREFIX ACTIONS: as another tool would write it.
rule() {
  echo "<Rule><ID>$1</ID><Filter><Prefix>$2</Prefix></Filter><Status>Enabled</Status>$3</Rule>"
}
expire() {
  echo "<NoncurrentVersionExpiration><NoncurrentDays>$1</NoncurrentDays></NoncurrentVersionExpiration>"
}
theirs=$(rule theirs tmp/ "<Expiration><Days>900</Days></Expiration>")
old_versions() { # BUCKET PREFIX
  s3 versions "$1" "${2:-}" | grep -c "$(printf '\told\t')"
}
none_old() {
  [ "$(old_versions "$@")" -eq 0 ]
}
# A configuration of one.
one() { # ARGUMENTS
  config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_retention" "a" {
  bucket  = "$bucket"
  rule_id = "ours"
  $1
}
TF
}

# ---- Its life ------------------------------------------------------------------------------------
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
$(example resources/seedbank_bucket_retention/resource.tf "$bucket")
TF
check "init" tf init
replaces "$bucket" "$theirs" || exit 1
check "the example applies" apply
check "its rule stands beside the other one" rules_are "$bucket" "old-versions theirs"
check "the plan after it is empty" plan_empty
check "the example is destroyed" destroy
check "only its rule goes" rules_are "$bucket" theirs

for round in one two three; do
  echo $round >file
  s3 put "$bucket" course/image.png file >/dev/null
  s3 put "$bucket" kept/image.png file >/dev/null
done
check "there are old versions" is "$(old_versions "$bucket")" 4

one 'prefix = "course/"
  noncurrent_version_expiration = { days = 1 }
  enabled = false'
check "a disabled rule is applied" apply
check "the plan after it is empty" plan_empty
sed -i 's/enabled = false/enabled = true/' main.tf
check "update in place enables it" says "0 added, 1 changed, 0 destroyed" "$(apply)"
check "the plan after an update is empty" plan_empty
check "old versions below the prefix go" wait_for 90 none_old "$bucket" course/
check "the newest version stays" is "$(s3 get "$bucket" course/image.png)" three
check "old versions elsewhere stay" is "$(old_versions "$bucket" kept/)" 2

sed -i 's/days = 1 /days = 40 /' main.tf
check "another number of days is applied" apply
check "the server has it" says '<ID>ours.*<NoncurrentDays>40<' "$(s3 lifecycle "$bucket")"
check "the other rule is as it was" says "<Days>900<" "$(s3 lifecycle "$bucket")"

# ---- Another writer ------------------------------------------------------------------------------
another_writer "$(rule new x/ "$(expire 50)")" "$(rule ours course/ "$(expire 2)")" '2 -> 40'

# ---- Refusals ------------------------------------------------------------------------------------
before=$(s3 lifecycle "$bucket")
sed -i 's/days = 40 /days = 40, newer_noncurrent_versions = 3 /' main.tf
check "a limit that the server drops is refused" \
  refuses "does not keep noncurrent_version_expiration.newer_noncurrent_versions" apply
check "the former rules are back" is "$(s3 lifecycle "$bucket")" "$before"
sed -i 's/, newer_noncurrent_versions = 3 / /' main.tf
check "the state is as the server's" plan_empty

replaces "$bucket" "$(rule soon x/ "$(expire 5)")" "$(rule ours course/ "$(expire 40)")"
one 'prefix = "course/"
  noncurrent_version_expiration = { days = 40 }
  min_recovery_window_days = 30'
check "a rule of others that deletes too soon fails the plan" \
  refuses 'would be deleted too soon.*rule "soon".*after 5' tf plan -input=false
replaces "$bucket" "$theirs" "$(rule ours course/ "$(expire 40)")"
check "without it the plan is fine" apply
sed -i 's/days = 40 /days = 20 /' main.tf
check "its own days are checked without a server" refuses "deleted too soon" tf validate
sed -i 's/days = 20 /days = 40 /' main.tf
check "destroy" destroy
check "the other rule stays" rules_are "$bucket" theirs

replaces "$bucket" "$theirs" "$(rule ours course/ "$(expire 3)")"
three='noncurrent_version_expiration = { days = 3 }
  prefix = "course/"'
adopts 'noncurrent_version_expiration = { days = 40 }' "$three"
imports_rule "$three"

# ---- Replacement ---------------------------------------------------------------------------------
sed -i 's/"ours"/"next"/' main.tf
check "another ID replaces the resource" apply
check "and takes the old rule away" rules_are "$bucket" "next theirs"
sed -i 's/^  prefix.*/&\n  lifecycle {\n    create_before_destroy = true\n  }/' main.tf
check "the plan before a replacement is empty" plan_empty
apply >/dev/null
check "replace it, the new one first" apply -replace seedbank_bucket_retention.a
check "its rule stays" rules_are "$bucket" "next theirs"
check "destroy the new one" destroy

# ---- What another program put into the rule ------------------------------------------------------
replaces "$bucket"
check "a bucket without rules" no_rules "$bucket"
one 'prefix = "a/"
  noncurrent_version_expiration = { days = 40 }'
check "a rule below a prefix" apply
replaces "$bucket" "$(rule ours a/ "<Expiration><Days>800</Days></Expiration>$(expire 40)")"
one 'noncurrent_version_expiration = { days = 40 }'
check "its other action is not spread over the whole bucket" \
  refuses "would do more than is asked for.*Expiration/Days" apply
check "the rule is as it was" says '<Prefix>a/<.*<Days>800<' "$(s3 lifecycle "$bucket")"
one 'prefix = "a/"
  noncurrent_version_expiration = { days = 50 }'
check "its days may change" apply
check "its other action stays" says '<Days>800<.*<NoncurrentDays>50<|<NoncurrentDays>50<.*<Days>800<' \
  "$(s3 lifecycle "$bucket")"
check "it is destroyed" destroy

# ---- Two resources of one rule -------------------------------------------------------------------
one 'noncurrent_version_expiration = { days = 40 }'
sed 's/"a" {/"b" {/; 1,/^resource/{/^resource/!d}' main.tf >b.tf
check "two resources of one rule are told" refuses "Two resources manage lifecycle rule \"ours\"" apply
rm b.tf
check "one of them is destroyed" destroy

# ---- Several on one bucket -----------------------------------------------------------------------
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_retention" "a" {
  count   = 6
  bucket  = "$bucket"
  rule_id = "rule-\${count.index}"
  prefix  = "p\${count.index}/"

  noncurrent_version_expiration = { days = 40 + count.index }
}
TF
check "six at once on one bucket" apply
check "none is lost" rules_are "$bucket" "rule-0 rule-1 rule-2 rule-3 rule-4 rule-5"
check "the plan after them is empty" plan_empty
check "six are destroyed at once" destroy
check "the document goes with the last rule" no_rules "$bucket"

config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
provider "seedbank" {
  alias = "second"
  s3    = { force_path_style = true }
}
resource "seedbank_bucket_retention" "a" {
  bucket  = "$other"
  rule_id = "first"

  noncurrent_version_expiration = { days = 40 }
}
resource "seedbank_bucket_retention" "b" {
  provider = seedbank.second
  bucket   = "$other"
  rule_id  = "second"

  noncurrent_version_expiration = { days = 50 }
}
TF
replaces "$other" "$theirs"
check "two provider processes at once" apply
check "both rules are there, and the other one" rules_are "$other" "first second theirs"
check "the plan after it is empty" plan_empty
check "both are destroyed at once" destroy
check "only the other rule is left" rules_are "$other" theirs
check "it is as it was" says "theirs.*<Days>900<" "$(s3 lifecycle "$other")"

# ---- Late names, and buckets that are gone -------------------------------------------------------
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "terraform_data" "name" {
  input = "$other"
}
resource "seedbank_bucket_retention" "a" {
  bucket  = terraform_data.name.output
  rule_id = "late"

  noncurrent_version_expiration = { days = 40 }
  min_recovery_window_days      = 40
}
TF
check "a name that was not known yet is applied" apply
check "it is the right bucket" rules_are "$other" "late theirs"
check "the plan after it is empty" plan_empty
s3 remove-bucket "$other"
check "a bucket that is gone is planned anew, with a warning" says "1 to add.*is gone" \
  "$(tf plan -input=false)"
check "creating in a bucket that is gone names the bucket" \
  refuses "Bucket $other does not exist" apply
check "no provider process is left" none_left
