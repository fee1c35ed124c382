# Death at the worst moment: of the tool, of the provider, by Ctrl-C, while a change is under way. No
# process, socket or folder stays behind, the person is told, and the next apply puts things right.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

ulimit -c 0
TMPDIR=$(mktemp -d)
export TMPDIR
export TF_LOG_PROVIDER=debug TF_LOG_PATH=$WORK/log

never='body <VersioningConfiguration/>'
enabled='body <VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'

# stalled: an apply on a terminal, whose PUT gets no answer. Sets tool to its process ID; screen holds
# what the terminal shows; what is written to descriptor 9 is typed.
stalled() {
  rm -rf terraform.tfstate* .terraform.tfstate* log screen keys
  serve <<END
any-order
step GET /b?versioning
times any
$never
step PUT /b?versioning
times any
fault stall start
END
  against
  mkfifo keys
  script -q -f -c "exec $(printf %q "$TOOL") apply -no-color -input=false -auto-approve" screen <keys >/dev/null 2>&1 &
  terminal=$!
  exec 9>keys
  # The PUT follows the GET at once; when it is sent nothing shows.
  wait_for 60 grep -qs 'complete.*method=GET' log || return 1
  tool=$(pgrep -P "$terminal")
  sleep 0.5
}

# ended SECONDS: the tool is gone by then, and so is everything that the provider had.
ended() {
  local start=$SECONDS
  exec 9>&-
  wait_for "$1" not kill -0 "$tool" 2>/dev/null || { echo "the tool still runs"; return 1; }
  none_left || return 1
  echo "all gone after $((SECONDS - start)) s"
  wait_for 10 not kill -0 "$terminal" 2>/dev/null && is "$(find "$TMPDIR" -name 'seedbank-*')" ""
}

# told PATTERN: the terminal shows it, and only one error that is the provider's.
told() {
  says "$1" "$(tr -d '\r' <screen)"
}

# The next apply, against a server that has what was asked for, mends everything.
next_apply_mends() {
  kill "$server"
  wait "$server"
  serve <<END
any-order
step GET /b?versioning
times any
$enabled
END
  against
  apply && is "$(in_state)" 1 && is "$(in_state tainted)" 0 && plan_empty && served && none_left
}

url=http://127.0.0.1:1
against
check "init" tf init

tool_killed() {
  stalled || return 1
  is "$(providers | wc -l)" 1 || return 1
  kill -9 "$tool"
  ended 5 && next_apply_mends
}
check "kill -9 of the tool in mid-apply ends the provider" tool_killed

tool_killed_in_plan() {
  stalled || return 1
  kill -9 "$tool"
  ended 5 || return 1
  jq -n '{version: 4, terraform_version: "1.11.0", serial: 1, lineage: "x", outputs: {}, resources: [{
    mode: "managed", type: "seedbank_bucket_versioning", name: "a",
    provider: "provider[\"terraform.local/grove/seedbank\"]",
    instances: [{schema_version: 0, attributes: {bucket: "b", status: "Enabled", on_destroy: "keep",
      mfa_delete: "Disabled"}}]}]}' >terraform.tfstate
  kill "$server"
  serve <<END
step GET /b?versioning
fault stall start
END
  against
  "$TOOL" plan -no-color -input=false </dev/null >screen 2>&1 &
  tool=$!
  wait_for 60 not no_providers
  wait_for 60 grep -q 'Refreshing state' screen || return 1
  sleep 0.5
  kill -9 "$tool"
  wait "$tool" 2>/dev/null
  none_left && is "$(find "$TMPDIR" -name 'seedbank-*')" "" && is "$(in_state)" 1 && next_apply_mends
}
check "kill -9 of the tool in mid-refresh ends the provider" tool_killed_in_plan

interrupted_once() {
  stalled || return 1
  printf '\003' >&9
  ended 10 || return 1
  told 'Cannot enable versioning of bucket b: interrupted.*Run it again to go on' || return 1
  is "$(grep -c '^Error: .*versioning' screen)" 1 || return 1
  is "$(in_state tainted)" 1 && next_apply_mends
}
check "Ctrl-C ends a stalled change at once, and its outcome is not forgotten" interrupted_once

interrupted_twice() {
  stalled || return 1
  printf '\003\003' >&9
  ended 10 && next_apply_mends
}
check "Ctrl-C twice" interrupted_twice

provider_killed() {
  stalled || return 1
  kill -9 "$(providers)"
  ended 10 && told 'Error: .*(Plugin did not respond|Request cancelled|plugin .*crashed)' && next_apply_mends
}
check "kill -9 of the provider in mid-apply is reported" provider_killed

provider_told_to_end() {
  stalled || return 1
  kill "$(providers)"
  ended 10 && told 'Cannot enable versioning of bucket b: interrupted' && is "$(in_state tainted)" 1 && next_apply_mends
}
check "SIGTERM to the provider ends its work in order" provider_told_to_end

# Terraform shows a crashed plugin's trace; OpenTofu 1.12 keeps it in its log.
provider_crashed() {
  local trace=screen
  "$TOOL" version | grep -q OpenTofu && trace=log
  stalled || return 1
  kill -SEGV "$(providers)"
  ended 10 && told 'Error: (Plugin did not respond|Request cancelled|The .*plugin crashed)' || return 1
  says 'panic: terraform-provider-seedbank [0-9.]+ died of SIGSEGV.*This is a bug in the provider.*addr2line.* 0x[0-9a-f]+' \
    "$(cat $trace)" && next_apply_mends
}
check "a crash of the provider leaves a trace" provider_crashed

check "nothing is left in the folder for temporary files" is "$(find "$TMPDIR" -name 'seedbank*')" ""
rm -rf "$TMPDIR"
