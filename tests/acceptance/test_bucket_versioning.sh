# The life of seedbank_bucket_versioning on a real server: create, drift, update, import, destroy.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=versioning-$$-$RANDOM
other=$bucket-other
s3 make-bucket "$bucket" && s3 make-bucket "$other" || exit 1
echo one >file
s3 put "$bucket" course/image.png file || exit 1

config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
TF
check "init finds the provider in the mirror" tf init
check "validate" tf validate
check "apply enables versioning" apply
check "the server has it" versioning_is "$bucket" Enabled
check "state shows mfa_delete" is "$(state_of seedbank_bucket_versioning.a mfa_delete)" Disabled
check "the next plan is empty" plan_empty

echo two >file
s3 put "$bucket" course/image.png file
check "an overwritten object has two versions" is "$(s3 versions "$bucket" | grep -c image.png)" 2

s3 versioning "$bucket" Suspended
check "drift is found" plan_changes
check "drift is mended" apply
check "versioning is on again" versioning_is "$bucket" Enabled

config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  bucket     = "$bucket"
  status     = "Suspended"
  on_destroy = "keep"
  timeouts   = { update = "1m" }
}
TF
check "update in place" apply
check "versioning is suspended" versioning_is "$bucket" Suspended
check "the next plan is empty after an update" plan_empty

sed -i "s/$bucket\"/$other\"/" main.tf
check "another bucket replaces the resource" says "must be replaced" "$(tf plan -input=false)"
sed -i "s/$other\"/$bucket\"/" main.tf

check "destroy with keep" destroy
check "keep leaves the state of the bucket" versioning_is "$bucket" Suspended
check "objects and versions are still there" is "$(s3 versions "$bucket" | grep -c image.png)" 2

# Import; the plan that follows must be empty.
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
  status = "Suspended"
}
TF
imports seedbank_bucket_versioning.a "$bucket" "bucket = \"$bucket\"" "no-such-$bucket"

# A bucket that never had versioning is Disabled, which cannot be asked for. Terraform 1.14 and later
# ask the provider what to write; the others write it, and the message says what to write instead.
never=$bucket-never
s3 make-bucket "$never"
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
import {
  to = seedbank_bucket_versioning.a
  id = "$never"
}
TF
if at_least 1.14; then
  check "a configuration is generated, and planned" says "1 to import, 0 to add, 1 to change" \
    "$(tf plan -input=false -generate-config-out=generated.tf 2>&1)"
  check "it leaves out what cannot be asked for" not grep -q Disabled generated.tf
else
  check "what is generated is refused with what to write" \
    refuses 'status must be "Enabled" or "Suspended"' \
    tf plan -input=false -generate-config-out=generated.tf
fi
rm -f generated.tf

# on_destroy = suspend: only what this resource switched on is switched off.
fresh=$bucket-fresh
s3 make-bucket "$fresh"
s3 versioning "$other" Enabled
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  for_each   = toset(["$fresh", "$other"])
  bucket     = each.value
  on_destroy = "suspend"
}
TF
check "create two with suspend" apply
check "destroy two with suspend" destroy
check "what it switched on is suspended" versioning_is "$fresh" Suspended
check "what was on before stays on" versioning_is "$other" Enabled

# The new resource stands before the old one goes: what it took charge of is not suspended.
s3 versioning "$fresh" Suspended
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  bucket     = "$fresh"
  on_destroy = "suspend"
  lifecycle {
    create_before_destroy = true
  }
}
TF
check "create one to be replaced" apply
check "replace it, the new one first" apply -replace seedbank_bucket_versioning.a
check "its versioning stays on" versioning_is "$fresh" Enabled
check "destroy the new one" destroy

# The example of the documentation.
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
$(example resources/seedbank_bucket_versioning/resource.tf "$fresh")
TF
check "the example applies" apply
check "the example enables versioning" versioning_is "$fresh" Enabled
check "the example is destroyed" destroy

# A bucket named by something that is only made in the same apply; then another one, likewise.
for name in "$fresh" "$other"; do
  config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "terraform_data" "name" {
  input            = "$name"
  triggers_replace = "$name"
}
resource "seedbank_bucket_versioning" "a" {
  bucket = terraform_data.name.output
}
TF
  check "a plan shows a name that is not known yet" \
    says "bucket += .*known after apply" "$(tf plan -input=false)"
  check "a name that was not known yet is applied" apply
  check "it is the right bucket" \
    is "$(state_of seedbank_bucket_versioning.a bucket)" "$name"
  check "the plan after it is empty" plan_empty
done
check "destroy what was named late" destroy

# What cannot be the name of a bucket.
config <<TF
resource "seedbank_bucket_versioning" "a" {
  bucket = "$fresh/course"
}
TF
check "a path is refused by a plan" refuses "is not a bucket name.*holds \"/\"" tf plan -input=false

# A bucket that is gone.
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$fresh"
}
TF
apply >/dev/null
s3 remove-bucket "$fresh"
check "a bucket that is gone is planned anew, with a warning" says "1 to add.*is gone" \
  "$(tf plan -input=false)"
check "creating in a bucket that is gone names the bucket" \
  refuses "Bucket $fresh does not exist" apply
check "no provider process is left" none_left
