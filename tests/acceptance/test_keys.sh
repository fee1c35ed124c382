# Keys: wrong, half, none, from the environment; and that no secret shows anywhere.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=keys-$$-$RANDOM
s3 make-bucket "$bucket" || exit 1
right_access=$SEEDBANK_S3_ACCESS_KEY
right_secret=$SEEDBANK_S3_SECRET_KEY

# with SETTINGS: a resource on the real server.
with() {
  config <<TF
provider "seedbank" {
  s3 = {
    force_path_style = true
    $1
  }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "$bucket"
}
TF
}
no_environment() {
  unset SEEDBANK_S3_ACCESS_KEY SEEDBANK_S3_SECRET_KEY
  "$@"
}
# fails SETTINGS PATTERN: apply says it once, and saves nothing.
fails() {
  rm -f terraform.tfstate*
  with "$1"
  one_error "$2" apply -auto-approve && is "$(in_state)" 0 && not grep -qF "$right_secret" json.log
}
in_environment() {
  export SEEDBANK_S3_ACCESS_KEY=$1 SEEDBANK_S3_SECRET_KEY=$2
  fails "" "$3"
}

with ""
check "init" tf init
check "a wrong access key" fails "access_key = \"no-such-key\", secret_key = \"$right_secret\"" \
  'Cannot read the versioning of bucket .*HTTP 403 InvalidAccessKeyId.*Check access_key'
check "a wrong secret key" fails "access_key = \"$right_access\", secret_key = \"not-the-secret-key\"" \
  'HTTP 403 SignatureDoesNotMatch.*Check secret_key'
check "a wrong secret key in the environment" in_environment "$right_access" not-the-secret-key \
  'HTTP 403 SignatureDoesNotMatch.*SEEDBANK_S3_SECRET_KEY'
check "half a set" fails "access_key = \"$right_access\"" \
  'Half a set of S3 credentials: s3.access_key is set but s3.secret_key is not'
check "the other half" fails "secret_key = \"$right_secret\"" \
  'Half a set of S3 credentials: s3.secret_key is set but s3.access_key is not'
check "half a set in the environment" in_environment "$right_access" "" \
  'Half a set of S3 credentials: SEEDBANK_S3_ACCESS_KEY is set but SEEDBANK_S3_SECRET_KEY is not'
check "a half set is not filled from the environment" fails 'access_key = "other"' 'Half a set'
check "no keys at all" no_environment fails "" \
  'No S3 credentials for .*: Set s3.access_key and s3.secret_key.*SEEDBANK_S3_ACCESS_KEY and SEEDBANK_S3_SECRET_KEY'
check "a key with a line break is refused" fails 'access_key = "a\nb", secret_key = "some-secret-key"' \
  'line break|control character'
unneeded() {
  config <<TF
provider "seedbank" {}
output "one" { value = 1 }
TF
  no_environment tf plan -input=false
}
check "keys that nothing needs are not missed" unneeded

by_environment() {
  rm -f terraform.tfstate*
  with ""
  apply && plan_empty && is "$(in_state)" 1
}
check "keys from the environment" by_environment
by_settings() {
  export SEEDBANK_S3_ACCESS_KEY=ignored SEEDBANK_S3_SECRET_KEY=ignored-as-well
  with "access_key = \"$right_access\", secret_key = \"$right_secret\""
  plan_empty
}
check "keys from the provider block come first" by_settings

# ---- Secrets ---------------------------------------------------------------------------------------
# Characters that encodings change, and that look like a tag.
secret='s3cr3t/Key+With=Odd&Chars<>"1'
token='t0ken/Of+A==Session%20&"<x>~2'

# spellings TEXT: as it stands and as base64, URLs and JSON write it.
spellings() {
  {
    printf '%s\n' "$1"
    printf %s "$1" | base64 -w 0 | sed 's/=*$//'
    echo
    printf %s "$1" | base64 -w 0 | tr '+/' '-_' | sed 's/=*$//'
    echo
    printf %s "$1" | jq -sRr @uri
    printf %s "$1" | jq -sR . | sed 's/^"//; s/"$//'
    printf %s "$1" | jq -sR . | sed 's/^"//; s/"$//; s/&/\\u0026/g; s/</\\u003c/g; s/>/\\u003e/g'
  } | sort -u
}
# echoed: the text on standard input, on one line, as a value of the fault server's script.
echoed() {
  tr '\n' ' ' | sed 's/\\/\\\\/g'
}
{ spellings "$secret" && spellings "$token" && echo 's3cr3t' && echo 't0ken'; } >secrets.list

# keeps_secrets: no file in kept/ has a secret in any spelling, or the beginning of one.
keeps_secrets() {
  not grep -RFl -f secrets.list kept
}

# run_with SETTINGS: validate, plan and apply against the server on standard input, all that comes of it
# in kept/: what is shown, the whole log, the plan, the state. Sets applied to the exit code of apply.
run_with() {
  rm -rf terraform.tfstate* kept
  mkdir kept
  serve
  config <<TF
provider "seedbank" {
  s3 = {
    endpoint         = "$url"
    force_path_style = true
    max_retries      = 1
    $1
  }
}
resource "seedbank_bucket_versioning" "a" {
  bucket = "b"
}
TF
  export TF_LOG=trace TF_LOG_PATH=$WORK/kept/log
  tf plan -input=false -out=plan >kept/plan.out 2>&1 || { cat kept/plan.out; return 1; }
  tf apply -input=false plan >kept/apply.out 2>&1
  applied=$?
  cp terraform.tfstate kept/state 2>/dev/null
  served
}
# What comes from the environment is not in the plan file either.
run_in_environment() {
  export SEEDBANK_S3_ACCESS_KEY=some-access-key SEEDBANK_S3_SECRET_KEY=$secret SEEDBANK_S3_SESSION_TOKEN=$token
  run_with "" && tf show -json plan >kept/plan.json && unzip -q plan -d kept/plan
}
sent_the_token() {
  is "$applied" 0 && grep -qi 'x-amz-security-token' kept/log && keeps_secrets
}
works_in_environment() {
  run_in_environment && sent_the_token
}
# HCL reads %{ and ${ only, so that JSON's strings are HCL's.
works_in_settings() {
  run_with "access_key = \"some-access-key\", session_token = $(jq -n --arg s "$token" '$s')
    secret_key = $(jq -n --arg s "$secret" '$s')" && sent_the_token
}
good="any-order
step GET /b?versioning
times any
expect x-amz-security-token: $token
body <VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"
check "secrets of the environment are in no log, plan or state" works_in_environment <<<"$good"
check "secrets of the provider block are in no log or state" works_in_settings <<<"$good"

# refused_in COUNT: the apply fails, shows at least that many blanked secrets, and keeps them.
refused_in() {
  run_in_environment && is "$applied" 1 && keeps_secrets || return 1
  [ "$(grep -o '(redacted)' <(tr -d '\n' <kept/apply.out) | wc -l)" -ge "$1" ] || { cat kept/apply.out; return 1; }
}
for text in "$secret" "$token"; do
  check "a secret that the server sends back in all spellings is not shown: ${text:0:5}" refused_in 5 <<END
step GET /b?versioning
status 403
body <Error><Code>AccessDenied</Code><Message><![CDATA[$(spellings "$text" | echoed)]]></Message></Error>
END
done
check "an Authorization header that a page shows" refused_in 2 <<END
step GET /b?versioning
status 403
header x-amz-request-id: $(printf %s "$token" | echoed)
body <html>Authorization: Basic $(printf 'user:%s' "$secret" | base64 -w 0)</html>
END
check "a secret where the text is cut" refused_in 1 <<END
step GET /b?versioning
status 403
body $(printf 'x%.0s' {1..590})$secret
END
check "no provider process is left" none_left
