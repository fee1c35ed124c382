# What a server does wrong to lifecycle rules and locks, and what others do between plan and apply: one
# error that names the thing, the cause and the remedy, or the work goes on; and what is in the state
# is what is really there. What the transport and every reply can do is in test_faults.sh.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

# Of each type: arguments, query, document of a server where all is as asked, and before.
type=
use() { # TYPE
  type=$1
  address=seedbank_$1.a
  case $type in
  bucket_retention)
    query=lifecycle
    arguments='rule_id = "ours"
      prefix = "course/"
      noncurrent_version_expiration = { days = 30 }'
    changed=${arguments/30/40}
    none='status 404
      body <Error><Code>NoSuchLifecycleConfiguration</Code><Message>none</Message></Error>'
    writes='Cannot write the lifecycle rules of bucket b: '
    reads='Cannot read the lifecycle rules of bucket b: '
    permission=LifecycleConfiguration
    ;;
  bucket_lock)
    query=object-lock
    arguments='mode = "GOVERNANCE"
      days = 30
      on_destroy = "remove"'
    changed=${arguments/30/40}
    none='body <ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>'
    writes='Cannot set the default retention of bucket b: '
    reads='Cannot read the Object Lock of bucket b: '
    permission=BucketObjectLockConfiguration
    ;;
  esac
  get="step GET /b?$query"
  put="step PUT /b?$query"
}
# rule STATUS FILTER: a lifecycle document with ours
rule() {
  echo "body <LifecycleConfiguration><Rule><ID>ours</ID><Status>$1</Status><Filter>$2</Filter><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>"
}
good() {
  if [ $type = bucket_retention ]; then
    rule Enabled '<Prefix>course/</Prefix>'
  else
    echo 'body <ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>GOVERNANCE</Mode><Days>30</Days></DefaultRetention></Rule></ObjectLockConfiguration>'
  fi
}
s3_error() { # CODE
  echo "body <Error><Code>$1</Code><Message>no</Message><RequestId>REQ-17</RequestId></Error>"
}
ends_well() {
  served && none_left
}

# fails COMMAND PATTERN IN_STATE TAINTED [ARGUMENTS]: the command meets the server on standard input;
# afterwards so many resources are in the state, and so many of them tainted.
fails() {
  serve
  against 'max_retries = 0' "${5:-$arguments}" "$type"
  # Of a plan and of a destroy the tools do not always say the address.
  one_error "^($address|-): (.* )?$2" "$1" $([ "$1" = plan ] || echo -auto-approve) &&
    is "$(in_state) $(in_state tainted)" "$3 $4" && ends_well
}
creating() {
  rm -f terraform.tfstate*
  fails apply "$@"
}
# works [ARGUMENTS]: an apply against the server on standard input gets through, and all is in the state.
works() {
  serve
  against 'max_retries = 0' "${1:-$arguments}" "$type"
  apply && is "$(in_state) $(in_state tainted)" "1 0" && ends_well
}
# Tainted, it would be replaced: that needs a server with a memory, see below.
all_is_well() {
  "$TOOL" untaint -no-color "$address" </dev/null || return 1
  works <<END
any-order
$get
times any
$(good)
END
}

url=http://127.0.0.1:1
use bucket_lock
against '' "$arguments" $type
check "init" tf init

for t in bucket_retention bucket_lock; do
  use $t
  check "$t: a reading that is denied names the permission" \
    creating "$reads.*HTTP 403 AccessDenied.*permission s3:Get$permission" 0 0 <<END
$get
status 403
$(s3_error AccessDenied)
END
  check "$t: a writing that is denied names the permission" \
    creating "$writes.*HTTP 403 AccessDenied.*permission s3:Put$permission" 0 0 <<END
any-order
$get
times any
$none
$put
status 403
$(s3_error AccessDenied)
END
  check "$t: a bucket that is not there" creating 'Bucket b does not exist: .*Create it first' 0 0 <<END
$get
status 404
$(s3_error NoSuchBucket)
END
  check "$t: a storm of 5xx that does not end" creating "$reads.*HTTP 503 SlowDown.*max_retries" 0 0 <<END
$get
status 503
$(s3_error SlowDown)
END
  check "$t: a PUT that was cut and took no effect" creating "$writes.*closed or reset" 0 0 <<END
$get
$none
$put
times 2
fault close start
$get
times any
$none
END
  check "$t: a PUT with an outcome that cannot be read is saved tainted" creating "$writes.*HTTP 500" 1 1 <<END
$get
$none
$put
status 500
$get
times any
status 500
END
  check "$t: once it can be read, there is nothing to do" all_is_well
  check "$t: a refresh that is denied is an error, and the state stays" \
    fails plan "(.* )?HTTP 403 AccessDenied.*s3:Get$permission" 1 0 <<END
$get
status 403
$(s3_error AccessDenied)
END
  check "$t: an update that is denied leaves the state" fails apply "$writes.*s3:Put$permission" 1 0 "$changed" <<END
any-order
$get
times any
$(good)
$put
status 403
$(s3_error AccessDenied)
END
  check "$t: the state is what is there" works <<END
any-order
$get
times any
$(good)
END
  check "$t: a destroy that is denied keeps the resource" fails destroy ".*HTTP 403 AccessDenied.*s3:Put$permission" 1 0 <<END
any-order
$get
times any
$(good)
step * /b?$query
status 403
$(s3_error AccessDenied)
END
done

# ---- Servers that keep something else than they were given ---------------------------------------
use bucket_retention
check "a server that drops the prefix: the rule is taken back before it can delete anything" \
  creating 'The server .* does not keep prefix of lifecycle rules: .*taken back' 0 0 <<END
$get
$none
$put
$get
$(rule Disabled '<Prefix></Prefix>')
step DELETE /b?$query
status 204
END
loses=$arguments'
  timeouts = { create = "3s" }'
check "a server that loses the rule after each put" \
  creating 'The lifecycle rules of bucket b do not stay as they are written: .*3 times.*Now there are: "theirs"' 1 1 "$loses" <<END
$get
$none
any-order
$put
times 3
$get
times any
body <LifecycleConfiguration><Rule><ID>theirs</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>
END
use bucket_lock
check "a server that does not keep the lock" \
  creating 'Bucket b does not show the default retention GOVERNANCE for 30 days: .*after 2 s.*none' 1 1 "$arguments
  timeouts = { create = \"2s\" }" <<END
any-order
$get
times any
$none
$put
END

# ---- Between plan and apply, on a real server ----------------------------------------------------
bucket=between-$$-$RANDOM
real() { # RESOURCE...
  config <<TF
provider "seedbank" {
  s3 = { force_path_style = true }
}
$(printf '%s\n' "$@")
TF
}
retention="resource \"seedbank_bucket_retention\" \"a\" {
  bucket  = \"$bucket\"
  rule_id = \"ours\"
  noncurrent_version_expiration = { days = 30 }
}"
versioning="resource \"seedbank_bucket_versioning\" \"a\" {
  bucket = \"$bucket\"
}"
lock="resource \"seedbank_bucket_lock\" \"a\" {
  bucket = \"$bucket\"
  mode   = \"GOVERNANCE\"
  days   = 30
  on_destroy = \"remove\"
}"
# deleted_meanwhile RESOURCE: planned for a bucket that is gone at the apply.
deleted_meanwhile() {
  rm -f terraform.tfstate*
  s3 make-bucket "$bucket" --lock || return 1
  real "$1"
  tf plan -input=false -out=planned >/dev/null && s3 remove-bucket "$bucket" || return 1
  one_error "Bucket $bucket does not exist: .*Create it first" apply planned && is "$(in_state)" 0 && none_left
}
check "a bucket deleted between plan and apply: retention" deleted_meanwhile "$retention"
check "a bucket deleted between plan and apply: lock" deleted_meanwhile "$lock"
check "a bucket deleted between plan and apply: versioning" deleted_meanwhile "$versioning"
deleted_before_update() {
  rm -f terraform.tfstate*
  s3 make-bucket "$bucket" --lock || return 1
  real "$retention" "$lock"
  apply >/dev/null || return 1
  real "${retention/= 30/= 40}" "${lock/= 30/= 40}"
  tf plan -input=false -out=planned >/dev/null && s3 remove-bucket "$bucket" || return 1
  refuses "Bucket $bucket does not exist.*Bucket $bucket does not exist" tf apply -input=false planned &&
    is "$(in_state)" 2 && says '2 to add' "$(tf plan -input=false)"
}
check "a bucket deleted between plan and apply of an update" deleted_before_update
versioning_meanwhile() {
  rm -f terraform.tfstate*
  s3 make-bucket "$bucket" || return 1
  real "$versioning"
  apply >/dev/null || return 1
  real "$versioning" "$retention"
  tf plan -input=false -out=planned >/dev/null && s3 versioning "$bucket" Suspended || return 1
  tf apply -input=false planned && is "$(in_state)" 2 && is "$(in_state tainted)" 0 &&
    says 'Suspended.* -> "Enabled"' "$(tf plan -input=false)" && apply && plan_empty && versioning_is "$bucket" Enabled
}
# tainted_then_mended RESOURCE QUERY SHOWS IS: made, but the server does not show it in time; the next
# apply finds it. The server is a real one behind a proxy that hides what is there.
tainted_then_mended() {
  rm -f terraform.tfstate*
  s3 make-bucket "$bucket" --lock || return 1
  serve <<END
upstream $SEEDBANK_S3_ENDPOINT
any-order
step GET /$bucket?$2
times any
$3
END
  real "$1"
  sed -i "s|s3 = {|s3 = { endpoint = \"$url\", |" main.tf
  not apply && is "$(in_state tainted)" 1 && served || return 1
  sed -i "s|endpoint = \"$url\", ||" main.tf
  apply && is "$(in_state) $(in_state tainted)" "1 0" && plan_empty && $4 && destroy && s3 remove-bucket "$bucket"
}
use bucket_retention
retention_is_there() {
  says '<ID>ours<.*<Status>Enabled<' "$(s3 lifecycle "$bucket")"
}
check "a rule that did not show is mended by the next apply" \
  tainted_then_mended "${retention/noncurrent/timeouts = \{ create = \"2s\" \}
  noncurrent}" lifecycle "$none" retention_is_there
use bucket_lock
lock_is_there() {
  is "$(s3 lock "$bucket")" "Enabled, GOVERNANCE for 30 days"
}
check "a lock that did not show is mended by the next apply" \
  tainted_then_mended "${lock/days/timeouts = \{ create = \"2s\" \}
  days}" object-lock "$none" lock_is_there
check "versioning suspended between plan and apply is found and mended" versioning_meanwhile
real ''
destroy >/dev/null
