# seedbank_bucket_protection on a real server: each state of versioning, a bucket that is named late
# or not there, keys without permission, and its use in check blocks.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=protection-$$-$RANDOM
s3 make-bucket "$bucket" || exit 1

provider='provider "seedbank" {
  s3 = { force_path_style = true }
}'
address=data.seedbank_bucket_protection.uploads
versioning() { # STATUS: what the data source says, as one line
  is "$(state_of $address versioning | jq -c .)" "{\"mfa_delete\":\"Disabled\",\"status\":\"$1\"}"
}
findings() { # COUNT
  is "$(state_of $address findings | jq length)" "$1"
}
# The tool's run must succeed, with a warning of the check block or without.
warns() { # PATTERN COMMAND...
  local pattern=$1 output
  shift
  output=$("$@" 2>&1) || {
    printf '%s\n(it failed)\n' "$output"
    return 1
  }
  says "Warning: Check block assertion failed.*$pattern" "$output"
}
silent() { # COMMAND...
  not warns '' "$@"
}

# The example of the documentation, on a bucket that never had versioning.
config <<TF
$provider
$(example data-sources/seedbank_bucket_protection/data-source.tf "$bucket")
TF
check "init finds the provider in the mirror" tf init
check "validate" tf validate
check "a gap warns and does not stop the run" \
  warns "error: Bucket $bucket keeps no old versions.*seedbank_bucket_versioning" apply
check "a bucket that never had versioning is Disabled" versioning Disabled
check "that is a finding" findings 1
check "a finding has a severity" \
  is "$(state_of $address findings | jq -r '.[0].severity')" error
check "a data source alone changes nothing" plan_empty
check "the server was not changed" versioning_is "$bucket" Disabled

s3 versioning "$bucket" Enabled
check "what is protected does not warn" silent apply
check "versioning is seen when somebody enabled it" versioning Enabled
check "there is no finding" findings 0

check "without lifecycle rules old versions stay" is "$(state_of $address recovery_window_days)" null
apis() {
  state_of $address apis | jq -c .
}
check "what the server has is told as far as it can be" \
  is "$(apis)" '{"lifecycle":"available","object_lock":"available","replication":"unknown","versioning":"available"}'

s3 lifecycle "$bucket" - >lifecycle.out <<'XML'
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>soon</ID>
<Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><NoncurrentVersionExpiration>
<NoncurrentDays>7</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>
XML
check "a rule that deletes old versions early warns" warns "brought back for 7 days only" apply
rule() { # ATTRIBUTE
  state_of $address lifecycle_rules | jq -r ".[0].$1"
}
check "the rule of somebody else is shown" \
  is "$(rule id) $(rule enabled) $(rule prefix) $(rule noncurrent_version_expiration_days)" \
  "soon true logs/ 7"

s3 versioning "$bucket" Suspended
check "suspended versioning warns at plan" warns "not of what is written since" tf plan -input=false
check "and at apply" warns "not of what is written since" apply
check "versioning is Suspended" versioning Suspended
check "that is a finding too" findings 1

# Named by something that is only made in this apply: read then, with what it depends on done.
config <<TF
$provider
resource "terraform_data" "name" {
  input = "$bucket"
}
resource "seedbank_bucket_versioning" "uploads" {
  bucket = terraform_data.name.output
}
data "seedbank_bucket_protection" "uploads" {
  bucket = seedbank_bucket_versioning.uploads.bucket
}
output "status" {
  value = data.seedbank_bucket_protection.uploads.versioning.status
}
TF
check "an unknown name is read during apply" \
  says "will be read during apply.*known after apply" "$(tf plan -input=false)"
check "apply with a name that was unknown" apply
check "what was read is what the same apply made" is "$(tf output -raw status)" Enabled
check "the next plan is empty" plan_empty
check "destroy" destroy

# What cannot be read.
config <<TF
$provider
data "seedbank_bucket_protection" "uploads" {
  bucket = "no-such-$bucket"
}
TF
check "a bucket that is not there is an error naming bucket and server" \
  refuses "Bucket no-such-$bucket does not exist.*$SEEDBANK_S3_ENDPOINT" tf plan -input=false
check "the error points at the attribute" \
  refuses "bucket = \"no-such-$bucket\"" tf plan -input=false
cat >>main.tf <<TF
check "scoped" {
  data "seedbank_bucket_protection" "inner" {
    bucket = "no-such-$bucket"
  }
  assert {
    condition     = length(data.seedbank_bucket_protection.inner.findings) == 0
    error_message = "Unprotected."
  }
}
TF
sed -i '/^data /,/^}/d' main.tf
check "inside a check block it is a warning" says "Warning: Bucket no-such-$bucket does not exist" \
  "$(apply 2>&1)"

config <<TF
provider "seedbank" {
  s3 = {
    force_path_style = true
    access_key       = "NOBODY"
    secret_key       = "not-a-key-of-this-server"
  }
}
data "seedbank_bucket_protection" "uploads" {
  bucket = "$bucket"
}
TF
check "wrong keys are an error, not a finding" refuses "Wrong keys" tf plan -input=false

config <<TF
$provider
data "seedbank_bucket_protection" "uploads" {
  bucket                = "$bucket"
  expected_bucket_owner = ""
}
TF
check "an empty owner is refused before anything is asked" refuses "must be 1 to 128" tf validate
check "no provider process is left" none_left
