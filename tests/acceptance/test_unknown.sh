# Values that are not known yet, several providers, and many resources at once.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=unknown-$$-$RANDOM
s3 make-bucket "$bucket" || exit 1

# ---- The resource's own values -----------------------------------------------------------------------
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "terraform_data" "given" {
  input = { bucket = "$bucket", status = "Enabled", wait = "3m" }
}
resource "seedbank_bucket_versioning" "a" {
  bucket   = terraform_data.given.output.bucket
  status   = terraform_data.given.output.status
  timeouts = { create = terraform_data.given.output.wait }
}
output "mfa_delete" { value = seedbank_bucket_versioning.a.mfa_delete }
TF
check "init" tf init
check "validate" tf validate
check "a bucket that is not known yet is planned" says 'bucket += \(known after apply\).*2 to add' "$(tf plan -input=false)"
check "and applied" apply
check "the server has it" versioning_is "$bucket" Enabled
check "the next plan is empty" plan_empty
sed -i 's/status = "Enabled", wait/status = "Suspended", wait/' main.tf
check "a status that is not known yet updates" apply
check "the server has the update" versioning_is "$bucket" Suspended
check "the plan after the update is empty" plan_empty
sed -i 's/wait = "3m"/wait = "soon"/' main.tf
check "a value that turns out wrong is refused" refuses 'timeouts.create|duration' apply
check "and changes nothing" versioning_is "$bucket" Suspended
sed -i 's/wait = "soon"/wait = "3m"/' main.tf
check "destroy" destroy

# ---- The provider's settings -------------------------------------------------------------------------
# from_run EXTRA: endpoint and keys come from a resource of the same run.
from_run() {
  config <<TF
resource "terraform_data" "server" {
  input = { endpoint = "$SEEDBANK_S3_ENDPOINT", access = "$SEEDBANK_S3_ACCESS_KEY", secret = "$SEEDBANK_S3_SECRET_KEY", style = true }
  $1
}
provider "seedbank" {
  s3 = {
    endpoint         = terraform_data.server.output.endpoint
    access_key       = terraform_data.server.output.access
    secret_key       = terraform_data.server.output.secret
    force_path_style = terraform_data.server.output.style
  }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
TF
}
unset_environment() {
  unset SEEDBANK_S3_ENDPOINT SEEDBANK_S3_ACCESS_KEY SEEDBANK_S3_SECRET_KEY
  "$@"
}
from_run ""
check "settings that are not known yet do not fail the plan" says '2 to add' "$(unset_environment tf plan -input=false)"
check "they are known at apply" unset_environment apply
check "the server has what they led to" versioning_is "$bucket" Enabled
check "the next plan is empty with settings of the state" unset_environment plan_empty

# Replacing what the settings come from makes them unknown, while the resource must be read.
# A whole block that is unknown, and one setting that is.
unknown_while_read() {
  from_run 'triggers_replace = "other"'
  one_error 'Provider setting s3.endpoint is not known yet: .*Apply what it depends on first|not known yet' plan
}
check "a resource that must be read meanwhile gives one clear error" unknown_while_read
from_run ""
whole_block_unknown() {
  config <<TF
resource "terraform_data" "server" {
  input            = { endpoint = "$SEEDBANK_S3_ENDPOINT", force_path_style = true }
  triggers_replace = "another"
}
provider "seedbank" {
  s3 = terraform_data.server.output
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
TF
  one_error 'Provider setting s3 is not known yet' plan
}
check "a whole block that is not known yet" whole_block_unknown
from_run ""
check "the resource is still in the state" is "$(in_state)" 2
check "destroy with settings of the same run" unset_environment destroy

# ---- Two providers, and many resources -----------------------------------------------------------------
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
provider "seedbank" {
  alias = "wrong"
  s3    = { force_path_style = true, access_key = "no-such-key", secret_key = "not-the-secret" }
}
resource "seedbank_bucket_versioning" "right" {
  bucket = "$bucket"
}
resource "seedbank_bucket_versioning" "wrong" {
  provider = seedbank.wrong
  bucket   = "$bucket"
}
TF
check "two aliases do not mix their keys" one_error '^seedbank_bucket_versioning.wrong: .*InvalidAccessKeyId' apply -auto-approve
check "what the right one did is saved" is "$(in_state)" 1
sed -i 's/, access_key = "no-such-key", secret_key = "not-the-secret"//' main.tf
check "two aliases" apply
check "the next plan of two aliases is empty" plan_empty
check "destroy with two aliases" destroy

for i in $(seq 1 30); do
  s3 make-bucket "$bucket-$i" || exit 1
done
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  count      = 30
  bucket     = "$bucket-\${count.index + 1}"
  on_destroy = "suspend"
}
TF
all_are() {
  local i
  for i in $(seq 1 30); do
    versioning_is "$bucket-$i" "$1" || return 1
  done
}
check "30 resources, 10 at a time" apply
check "all of them are on" all_are Enabled
check "the next plan of 30 is empty" plan_empty
check "destroy 30 at once" destroy -parallelism=30
check "all of them are suspended" all_are Suspended
check "30 resources, 30 at a time" apply -parallelism=30
check "all of them are on again" all_are Enabled
check "the plan of 30 at a time is empty" tf plan -input=false -detailed-exitcode -parallelism=30
check "no provider process is left" none_left
