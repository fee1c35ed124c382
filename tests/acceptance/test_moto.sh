# What only AWS has, on moto: its storage classes, Object Lock on a bucket that exists, and STS, with
# moto checking signatures and permissions.
# servers: moto
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=moto-$$-$RANDOM
s3 make-bucket "$bucket" || exit 1

# ---- AWS's own fields ----------------------------------------------------------------------------
config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
resource "seedbank_bucket_lock" "a" {
  bucket = seedbank_bucket_versioning.a.bucket
  mode   = "COMPLIANCE"
  years  = 1

  acknowledge_irrevocable = true
}
resource "seedbank_bucket_retention" "cold" {
  bucket  = "$bucket"
  rule_id = "cold"
  tags    = { kind = "upload", tier = "cold" }

  noncurrent_version_transition = { days = 30, storage_class = "GLACIER_IR", newer_noncurrent_versions = 2 }
  noncurrent_version_expiration = { days = 400 }
  min_recovery_window_days      = 365
}
resource "seedbank_bucket_retention" "uploads" {
  bucket  = "$bucket"
  rule_id = "uploads"

  abort_incomplete_multipart_days = 7
  expired_object_delete_marker    = true
}
TF
check "init" tf init
check "AWS's fields are applied" says "4 added" "$(apply)"
check "the plan after it is empty" plan_empty
rules() {
  boto s3 get_bucket_lifecycle_configuration "{\"Bucket\":\"$bucket\"}" | jq -S '.Rules | map({(.ID): .}) | add'
}
check "boto3 reads the storage class and what stays" is \
  "$(rules | jq -c .cold.NoncurrentVersionTransitions)" \
  '[{"NewerNoncurrentVersions":2,"NoncurrentDays":30,"StorageClass":"GLACIER_IR"}]'
check "boto3 reads unfinished uploads and delete markers" is \
  "$(rules | jq -c '.uploads | [.AbortIncompleteMultipartUpload, .Expiration]')" \
  '[{"DaysAfterInitiation":7},{"ExpiredObjectDeleteMarker":true}]'
check "Object Lock is enabled on a bucket that existed" is "$(s3 lock "$bucket")" \
  "Enabled, COMPLIANCE for 1 year"
sed -i 's/GLACIER_IR/DEEP_ARCHIVE/' main.tf
check "another storage class is an update" says "0 added, 1 changed" "$(apply)"
check "the plan after an update is empty" plan_empty
before=$(rules)
sed -i 's/^  tags .*/  object_size_greater_than = 1000\n&/' main.tf
check "a size that the server drops is refused" \
  one_error 'does not keep object_size_greater_than' apply -auto-approve
check "the former rule is back" is "$(rules)" "$before"
sed -i '/object_size_greater_than/d' main.tf
check "the state is as the server's" plan_empty
check "destroy" destroy

# ---- STS -----------------------------------------------------------------------------------------
rm -f terraform.tfstate*
s3 remove-bucket "$bucket"
s3 make-bucket "$bucket" || exit 1
# may NAME WHAT...: a document that allows these actions, as a JSON string.
may() {
  printf '%s\n' "$@" | jq -Rn '{Version: "2012-10-17",
    Statement: [{Effect: "Allow", Action: [inputs], Resource: "*"}]} | tojson'
}
trust='"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"*\"},\"Action\":\"sts:AssumeRole\"}]}"'
id=$$-$RANDOM
# user NAME ACTION...: prints its access key and secret key.
user() {
  local name=$1-$id
  shift
  boto iam create_user "{\"UserName\":\"$name\"}" >/dev/null
  [ $# -eq 0 ] || boto iam put_user_policy \
    "{\"UserName\":\"$name\",\"PolicyName\":\"p\",\"PolicyDocument\":$(may "$@")}" >/dev/null
  boto iam create_access_key "{\"UserName\":\"$name\"}" | jq -r '.AccessKey | "\(.AccessKeyId) \(.SecretAccessKey)"'
}
# role NAME ACTION...: prints its ARN.
role() {
  local name=$1-$id
  shift
  boto iam create_role "{\"RoleName\":\"$name\",\"AssumeRolePolicyDocument\":$trust}" | jq -r .Role.Arn
  boto iam put_role_policy "{\"RoleName\":\"$name\",\"PolicyName\":\"p\",\"PolicyDocument\":$(may "$@")}" >/dev/null
}
read -r access secret < <(user operator sts:AssumeRole)
read -r other_access other_secret < <(user other)
keeper=$(role keeper s3:GetBucketVersioning s3:PutBucketVersioning)
reader=$(role reader s3:GetBucketVersioning)

# enforce 0|inf: after so many requests moto minds signatures and permissions.
enforce() {
  curl -sf -o /dev/null -X POST -H 'content-type: text/plain' -d "$1" "$moto/moto-api/reset-auth"
}
moto=$SEEDBANK_S3_ENDPOINT
trap 'enforce inf' EXIT
enforce 0 || exit 1
unset SEEDBANK_S3_ENDPOINT SEEDBANK_S3_ACCESS_KEY SEEDBANK_S3_SECRET_KEY

# as ENDPOINT SETTINGS: versioning of the bucket with these credentials.
as() {
  config <<TF
provider "seedbank" {
  s3 = {
    endpoint         = "$1"
    force_path_style = true
    max_retries      = 1
    $2
  }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
TF
  rm -f terraform.tfstate*
}
keys="access_key = \"$access\", secret_key = \"$secret\""
keys=${keys/, /$'\n    '}
# requests ACTION: how often moto was asked for it.
requests() {
  grep -c "POST / " "$SEEDBANK_SERVERS/moto/log/moto.out"
}
fails() { # PATTERN
  one_error "$1" apply -auto-approve && is "$(in_state)" 0
}
applies() {
  apply && plan_empty && is "$(in_state)" 1
}
# moto wants a signature of the one request that has none, the token's: let the first one of each pass.
identified() {
  enforce 1 && apply && enforce 1 && plan_empty && is "$(in_state)" 1
}

as "$moto" "$keys"
check "the operator's own keys may not" fails "AccessDenied.*s3:GetBucketVersioning"
as "$moto" "$keys
    assume_role = { role_arn = \"$keeper\" }"
asked=$(requests)
check "without AWS_ENDPOINT_URL_STS a role is refused" fails 'AWS_ENDPOINT_URL_STS must name the server'
check "and nobody was asked for it" is "$(requests)" "$asked"
export AWS_ENDPOINT_URL_STS=$moto
check "the keys of the role may" applies
as "$moto" "$keys
    assume_role = { role_arn = \"$keeper\", session_name = \"nightly\", duration = \"30m\", external_id = \"x\" }"
check "session name, duration and external ID are taken" applies
as "$moto" "$keys
    assume_role = { role_arn = \"$reader\" }"
enforce inf
boto_as_test() {
  SEEDBANK_S3_ENDPOINT=$moto SEEDBANK_S3_ACCESS_KEY=test SEEDBANK_S3_SECRET_KEY=test boto "$@"
}
boto_as_test s3 put_bucket_versioning \
  "{\"Bucket\":\"$bucket\",\"VersioningConfiguration\":{\"Status\":\"Suspended\"}}" >/dev/null
enforce 0
check "a role that may only read says what it lacks" fails 'AccessDenied.*s3:PutBucketVersioning'
as "$moto" "access_key = \"$access\"
    secret_key = \"wrong\"
    assume_role = { role_arn = \"$keeper\" }"
check "wrong keys get no role" fails 'assume_role.*HTTP 403.*keys it is asked for with'
as "$moto" "access_key = \"$other_access\"
    secret_key = \"$other_secret\"
    assume_role = { role_arn = \"$keeper\" }"
check "a user that may not take on the role is told so" fails 'assume_role.*HTTP 403.*trust policy'
check "no secret is shown" not grep -qF "$secret" json.log errors.log

# ---- Web identity --------------------------------------------------------------------------------
# For servers under amazonaws.com alone: moto takes their part as the proxy on the way to them.
echo "some.web.identity-token" >token
as "$moto" "assume_role = { role_arn = \"$keeper\", web_identity_token_file = \"$PWD/token\" }"
asked=$(requests)
check "a web identity is not for other servers" fails 'amazonaws.com only.*Nothing was sent'
check "and no token was sent" is "$(requests)" "$asked"
export http_proxy=$moto no_proxy=127.0.0.1
as http://s3.us-east-1.amazonaws.com \
  "assume_role = { role_arn = \"$keeper\", web_identity_token_file = \"$PWD/token\" }"
check "a web identity in the settings" identified
as http://s3.us-east-1.amazonaws.com ""
export AWS_ROLE_ARN=$keeper AWS_WEB_IDENTITY_TOKEN_FILE=$PWD/token
check "a web identity in the environment" identified
check "STS was asked for it" not is "$(requests)" "$asked"
rm token
as http://s3.us-east-1.amazonaws.com ""
check "a token file that is gone" fails 'from web identity: The token file .*/token does not exist'
unset http_proxy
check "no token is in what is kept" not grep -rqF some.web.identity --include=terraform.tfstate --include='*.log' .
check "no provider process is left" none_left
