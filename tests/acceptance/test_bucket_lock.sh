# The life of seedbank_bucket_lock on a real server: create, drift, update, import, destroy, and what
# plans say before a lock becomes weaker.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=lock-$$-$RANDOM
plain=$bucket-plain
s3 make-bucket "$bucket" --lock && s3 make-bucket "$plain" || exit 1
echo one >file

provider='provider "seedbank" {
  s3 = { force_path_style = true }
}'
lock() { # BUCKET MODE DAYS [ARGUMENTS]
  config <<TF
$provider
resource "seedbank_bucket_lock" "a" {
  bucket = "$1"
  mode   = "$2"
  days   = $3
  ${4:-}
}
TF
}
lock_is() { # BUCKET TEXT
  is "$(s3 lock "$1")" "$2"
}
# The plan succeeds and says it.
plan_says() { # PATTERN [OPTION]...
  local pattern=$1 output
  shift
  output=$(tf plan -input=false "$@" 2>&1) || {
    printf '%s\n(it failed)\n' "$output"
    return 1
  }
  says "$pattern" "$output"
}
plan_is_silent() {
  local output
  output=$(tf plan -input=false 2>&1) && not says Warning "$output" >/dev/null && return 0
  printf '%s\n' "$output"
  return 1
}

# The example of the documentation, on a bucket that was created with Object Lock.
config <<TF
$provider
$(example resources/seedbank_bucket_lock/resource.tf "$bucket")
TF
check "init finds the provider in the mirror" tf init
check "validate" tf validate
check "a bucket starts without default retention" lock_is "$bucket" "Enabled, none"
check "the example applies" apply
check "the server has it" lock_is "$bucket" "Enabled, GOVERNANCE for 30 days"
check "the next plan is empty" plan_empty
version=$(s3 put "$bucket" course/image.png file)
check "a new version cannot be deleted" not s3 delete "$bucket" course/image.png "$version"
check "it is still there" is "$(s3 get "$bucket" course/image.png "$version")" one
check "a plan that destroys says that the lock stays" \
  plan_says "Bucket $bucket keeps its default retention.*GOVERNANCE for 30 days" -destroy
check "destroy with keep" destroy
check "keep leaves the default retention" lock_is "$bucket" "Enabled, GOVERNANCE for 30 days"

# What is there already: the same is adopted, another one must be imported.
lock "$bucket" GOVERNANCE 10
check "another default retention is in the way" \
  refuses "has another default retention already.*terraform import seedbank_bucket_lock.NAME $bucket" apply
check "nothing was changed" lock_is "$bucket" "Enabled, GOVERNANCE for 30 days"
lock "$bucket" GOVERNANCE 30
check "the same is adopted" apply
check "the plan after it is empty" plan_empty

# Updates: stronger is silent, weaker is said.
lock "$bucket" GOVERNANCE 60
check "more days are no warning" plan_is_silent
check "more days are applied" apply
check "the server has more days" lock_is "$bucket" "Enabled, GOVERNANCE for 60 days"
lock "$bucket" GOVERNANCE 20
check "fewer days are a warning at plan" \
  plan_says "Warning: The default retention of bucket $bucket becomes weaker.*60 days and becomes GOVERNANCE for 20"
check "fewer days are applied" apply
check "the server has fewer days" lock_is "$bucket" "Enabled, GOVERNANCE for 20 days"
lock "$bucket" GOVERNANCE 30
tf plan -input=false -out=late.plan >/dev/null
s3 lock "$bucket" GOVERNANCE 90 >/dev/null
check "what became stronger since the plan is not weakened" \
  refuses "changed since the plan.*GOVERNANCE for 90 days" tf apply -input=false late.plan
check "it stays stronger" lock_is "$bucket" "Enabled, GOVERNANCE for 90 days"
check "drift is found, with a warning" plan_says "becomes weaker.*90 days and becomes GOVERNANCE for 30"
check "drift is mended" apply
check "the server has what is declared" lock_is "$bucket" "Enabled, GOVERNANCE for 30 days"
s3 lock "$bucket" none >/dev/null
check "a default retention that is gone is planned anew" plan_says "1 to add.*is gone"
check "and set again" apply
check "it is there again" lock_is "$bucket" "Enabled, GOVERNANCE for 30 days"

# COMPLIANCE.
lock "$bucket" COMPLIANCE 1
check "COMPLIANCE must be acknowledged" \
  refuses "COMPLIANCE cannot be taken back.*acknowledge_irrevocable = true" tf plan -input=false
lock "$bucket" COMPLIANCE 30 "acknowledge_irrevocable = true"
check "COMPLIANCE is no warning" plan_is_silent
check "COMPLIANCE is applied" apply
check "the server has COMPLIANCE" lock_is "$bucket" "Enabled, COMPLIANCE for 30 days"
lock "$bucket" GOVERNANCE 30
check "back to GOVERNANCE is a warning" \
  plan_says "becomes weaker.*COMPLIANCE for 30 days and becomes GOVERNANCE for 30"

# Import; the plan that follows must be empty.
lock "$bucket" COMPLIANCE 30 "acknowledge_irrevocable = true"
check "forget it" forget seedbank_bucket_lock.a
imports seedbank_bucket_lock.a "$bucket" "bucket = \"$bucket\"" "$plain"

# on_destroy = remove.
lock "$bucket" COMPLIANCE 30 'acknowledge_irrevocable = true
  on_destroy = "remove"'
check "with on_destroy it is adopted" apply
check "it changes nothing on the server" lock_is "$bucket" "Enabled, COMPLIANCE for 30 days"
check "a plan that destroys says what is lost" \
  plan_says "Bucket $bucket loses its default retention.*COMPLIANCE for 30 days" -destroy
check "destroy with remove" destroy
check "the default retention is gone, Object Lock is not" lock_is "$bucket" "Enabled, none"
config <<TF
$provider
resource "seedbank_bucket_lock" "a" {
  bucket     = "$bucket"
  mode       = "GOVERNANCE"
  years      = 1
  on_destroy = "remove"
  lifecycle {
    create_before_destroy = true
  }
}
TF
check "create one to be replaced, in years" apply
check "replace it, the new one first" apply -replace seedbank_bucket_lock.a
check "its lock stays" lock_is "$bucket" "Enabled, GOVERNANCE for 1 year"
sed -i "s/\"$bucket\"/\"$plain\"/" main.tf
check "another bucket says what becomes of the former" \
  plan_says "must be replaced.*Bucket $bucket loses its default retention"
sed -i "s/\"$plain\"/\"$bucket\"/" main.tf
check "destroy the new one" destroy

# A bucket that was created without Object Lock: Ceph does not enable it later.
lock "$plain" GOVERNANCE 1
check "a bucket that cannot be locked is an error that names the alternative" \
  refuses "InvalidBucketState.*seedbank_bucket_versioning.*--object-lock-enabled-for-bucket" apply
check "nothing is stored" is "$(in_state)" 0

# Both lengths, none, a name that is known late, and what the data source says.
config <<TF
$provider
resource "seedbank_bucket_lock" "a" {
  bucket = "$bucket"
  mode   = "GOVERNANCE"
}
TF
check "a length is needed" refuses "Give days or years" tf validate
lock "$bucket" GOVERNANCE 1 "years = 1"
check "two lengths are refused" refuses "Both days and years" tf validate
config <<TF
$provider
resource "terraform_data" "late" {
  input = { bucket = "$bucket", days = 3 }
}
resource "seedbank_bucket_lock" "a" {
  bucket = terraform_data.late.output.bucket
  mode   = "GOVERNANCE"
  days   = terraform_data.late.output.days
}
data "seedbank_bucket_protection" "a" {
  bucket = seedbank_bucket_lock.a.bucket
}
TF
check "what is known late is applied" apply
check "the plan after it is empty" plan_empty
check "the data source shows the lock" \
  is "$(state_of data.seedbank_bucket_protection.a lock | jq -c .)" \
  '{"days":3,"mode":"GOVERNANCE","status":"Enabled","years":null}'
check "destroy what was named late" destroy

# A bucket that is gone.
lock "no-such-$bucket" GOVERNANCE 1
check "a bucket that is not there is named" refuses "Bucket no-such-$bucket does not exist" apply

# ---- Servers that are not Ceph -------------------------------------------------------------------
get='step GET /b?object-lock'
put='step PUT /b?object-lock'
shown='body <ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>'
none='status 404
body <Error><Code>ObjectLockConfigurationNotFoundError</Code></Error>'
on_server() { # COMMAND...: with the server of the script on standard input, which must get just that
  rm -f terraform.tfstate*
  serve
  config <<TF
provider "seedbank" {
  s3 = { endpoint = "$url", access_key = "a", secret_key = "b", force_path_style = true, max_retries = 1 }
}
resource "seedbank_bucket_lock" "a" {
  bucket = "b"
  mode   = "GOVERNANCE"
  days   = 1
}
TF
  "$@" && served && none_left
}
check "Object Lock is enabled on a bucket that exists, as AWS does" on_server apply <<END
$get
$none
$put
expect content-md5: *
$get
$shown
END
check "an answer that is lost is asked for again" on_server apply <<END
$get
$none
$put
fault close start
$put
$get
$shown
END
no_lock='has no Object Lock.*does not offer Object Lock.*seedbank_bucket_versioning'
check "a server without Object Lock is refused, and nothing is sent to it" \
  on_server refuses "$no_lock" apply <<END
$get
status 501
body <Error><Code>NotImplemented</Code></Error>
END
check "a server that lists the bucket instead has none either" on_server refuses "$no_lock" apply <<END
$get
body <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name></ListBucketResult>
END
check "a lock that is not understood is an error" on_server refuses 'the retention mode "ETERNAL"' apply <<END
$get
${shown/GOVERNANCE/ETERNAL}
END
check "no permission to set it names the permission" \
  on_server refuses "s3:PutBucketObjectLockConfiguration" apply <<END
$get
$none
$put
status 403
body <Error><Code>AccessDenied</Code></Error>
$get
$none
END
check "no provider process is left" none_left

# A replacement of the same bucket hands the lock over: at no time is the bucket without.
replaced=$bucket-replaced
s3 make-bucket "$replaced" --lock || exit 1
puts_of_replacement() { # DAYS PUTS OPTION...: replace, with so many days; the server gets so many puts
  local days=$1 puts=$2
  shift 2
  serve <<END
upstream $SEEDBANK_S3_ENDPOINT
END
  lock "$replaced" GOVERNANCE "$days" 'on_destroy = "remove"'
  sed -i "s|s3 = {|s3 = { endpoint = \"$url\", |" main.tf
  says "1 added, 0 changed, 1 destroyed" "$(apply "$@" 2>&1)" && served || return 1
  is "$(grep -c ^PUT server.out)" "$puts" && lock_is "$replaced" "Enabled, GOVERNANCE for $days days"
}
lock "$replaced" GOVERNANCE 30 'on_destroy = "remove"'
destroy >/dev/null
apply >/dev/null || exit 1
check "-replace with the same lock changes nothing" puts_of_replacement 30 0 -replace=seedbank_bucket_lock.a
check "-replace with another lock changes it at once" puts_of_replacement 60 1 -replace=seedbank_bucket_lock.a
"$TOOL" taint -no-color seedbank_bucket_lock.a >/dev/null </dev/null
check "a tainted one is replaced in the same way" puts_of_replacement 60 0
lock "$replaced" GOVERNANCE 60 'on_destroy = "remove"'
check "a destroy after that takes the lock away" destroy
check "it is gone" lock_is "$replaced" "Enabled, none"
