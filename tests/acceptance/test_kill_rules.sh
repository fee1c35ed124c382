# Death at every place: the provider, or the tool, is killed, or Ctrl-C is pressed, while each request of
# creating, changing and destroying a lifecycle rule and a lock is under way. Nothing stays behind, and
# one more run makes state and server agree, whatever was done and whatever was forgotten; what others
# own is untouched.
# The server is real; a proxy in front of it holds the request at which the blow falls.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

ulimit -c 0
TMPDIR=$(mktemp -d)
export TMPDIR
bucket=kill-$$-$RANDOM
s3 make-bucket "$bucket" --lock || exit 1
theirs='<Rule><ID>theirs</ID><Filter><Prefix>tmp/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>900</Days></Expiration></Rule>'

# ---- The two things: what is configured, what is there before, what must be there afterwards -----
retention() { # DAYS
  echo "resource \"seedbank_bucket_retention\" \"a\" {
    bucket                        = \"$bucket\"
    rule_id                       = \"ours\"
    noncurrent_version_expiration = { days = $1 }
  }"
}
ours_of() { # DAYS
  echo "<Rule><ID>ours</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>$1</NoncurrentDays></NoncurrentVersionExpiration></Rule>"
}
retention_before() { # DAYS, or none
  local ours=
  [ "$1" = none ] || ours=$(ours_of "$1")
  echo "<LifecycleConfiguration>$theirs$ours</LifecycleConfiguration>" | s3 lifecycle "$bucket" -
}
retention_is() { # DAYS, or none
  local now
  now=$(s3 lifecycle "$bucket")
  says "<ID>theirs<.*<Days>900<" "$now" || return 1
  if [ "$1" = none ]; then
    not says "<ID>ours<" "$now" >/dev/null
  else
    is "$(grep -o '<ID>ours<' <<<"$now" | wc -l) $(grep -o 'NoncurrentDays>[0-9][0-9]*<' <<<"$now")" "1 NoncurrentDays>$1<" &&
      not says "<Status>Disabled<" "$now" >/dev/null
  fi
}

lock() { # DAYS
  echo "resource \"seedbank_bucket_lock\" \"a\" {
    bucket     = \"$bucket\"
    mode       = \"GOVERNANCE\"
    days       = $1
    on_destroy = \"remove\"
  }"
}
lock_before() { # DAYS, or none
  if [ "$1" = none ]; then s3 lock "$bucket" none; else s3 lock "$bucket" GOVERNANCE "$1"; fi >/dev/null
}
lock_is() { # DAYS, or none
  local text="GOVERNANCE for $1 days"
  [ "$1" != none ] || text=none
  is "$(s3 lock "$bucket")" "Enabled, $text"
}

# ---- The blow ------------------------------------------------------------------------------------
configure() { # ENDPOINT RESOURCE
  config <<TF
provider "seedbank" {
  s3 = {
    endpoint         = "$1"
    force_path_style = true
  }
}
$2
TF
}
# held_or_over: the request is held, or the tool ended without it.
held_or_over() {
  grep -q '^held' server.out || not kill -0 "$tool" 2>/dev/null
}
# strike HOW: a terminal sends Ctrl-C to the tool and the provider.
strike() {
  case $1 in
  "kill -9 of the provider") kill -9 "$(providers)" ;;
  "kill -9 of the tool") kill -9 "$tool" ;;
  "Ctrl-C once") kill -INT "$tool" "$(providers)" ;;
  "Ctrl-C twice")
    kill -INT "$tool" "$(providers)"
    sleep 0.2
    kill -INT "$tool" 2>/dev/null || true
    ;;
  esac
}
# blow HOW N COMMAND: run COMMAND and strike at its Nth request. 1: it has fewer; 2: something stays
# behind, or does not end.
blow() {
  local code=0 refresh
  # What the shell starts in the background is deaf to Ctrl-C.
  # While it refreshes before an apply, Terraform passes no Ctrl-C on to providers.
  case $1 in Ctrl-C*) refresh=false ;; *) refresh=true ;; esac
  env --default-signal=INT "$TOOL" "$3" -no-color -input=false -auto-approve -refresh=$refresh </dev/null >screen 2>&1 &
  tool=$!
  wait_for 60 held_or_over || return 2
  if ! grep -q '^held' server.out; then
    code=1
  else
    strike "$1"
  fi
  wait_for 15 not kill -0 "$tool" 2>/dev/null || code=2
  wait "$tool" 2>/dev/null
  none_left || code=2
  kill "$server"
  wait "$server"
  # A provider that is killed cannot tidy up.
  [ "$1" = "kill -9 of the provider" ] && rm -rf "$TMPDIR"/seedbank-*
  is "$(find "$TMPDIR" -name 'seedbank-*')" "" || code=2
  return $code
}

# at_each_request HOW THING BEFORE AFTER: take THING from BEFORE to AFTER (days, or none), with a
# blow at each request in turn, and see the next run mend it.
at_each_request() {
  local how=$1 thing=$2 before=$3 after=$4 n=0 code resource command=apply
  [ "$after" != none ] || command=destroy
  rm -f ./*.tfstate*
  "${thing}_before" "$before"
  if [ "$before" != none ]; then
    configure "$SEEDBANK_S3_ENDPOINT" "$($thing "$before")"
    apply >/dev/null || return 1
    cp terraform.tfstate before.state
  fi
  resource=$($thing "$([ "$after" = none ] && echo "$before" || echo "$after")")
  while :; do
    n=$((n + 1))
    "${thing}_before" "$before"
    rm -f ./*.tfstate*
    [ "$before" = none ] || cp before.state terraform.tfstate
    serve <<END
upstream $SEEDBANK_S3_ENDPOINT
hold $n
END
    configure "$url" "$resource"
    blow "$how" $n $command
    code=$?
    [ $code -lt 2 ] || { echo "after the blow at request $n"; cat screen server.out; return 1; }
    configure "$SEEDBANK_S3_ENDPOINT" "$resource"
    if ! $command >mend 2>&1 || ! "${thing}_is" "$after" || { [ $command = apply ] && ! plan_empty >plan; }; then
      echo "not mended after the blow at request $n: $(grep held server.out)"
      cat screen mend plan
      return 1
    fi
    is "$(in_state)" "$([ $command = apply ] && echo 1 || echo 0)" || return 1
    [ $code -eq 0 ] || break
  done
  echo "$((n - 1)) places"
  [ $n -gt 2 ]
}

configure "$SEEDBANK_S3_ENDPOINT" "$(retention 30)"
check "init" tf init

for how in "kill -9 of the provider" "kill -9 of the tool" "Ctrl-C once"; do
  for thing in retention lock; do
    check "$how at each request of a create: $thing" at_each_request "$how" $thing none 30
    check "$how at each request of an update: $thing" at_each_request "$how" $thing 30 40
    check "$how at each request of a destroy: $thing" at_each_request "$how" $thing 30 none
  done
done
check "Ctrl-C twice at each request of a create: retention" at_each_request "Ctrl-C twice" retention none 30
check "Ctrl-C twice at each request of a create: lock" at_each_request "Ctrl-C twice" lock none 30
rm -rf "$TMPDIR"
