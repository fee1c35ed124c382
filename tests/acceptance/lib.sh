# What every acceptance test uses; sourced first. The runner sets TOOL, TOOL_NAME, TOOL_VERSION,
# WORK, and SEEDBANK_SERVER, the first of the servers that the test names.
# shellcheck shell=bash
set -u
cd "$WORK" || exit 1
number=0

# use_server NAME: from now on everything talks to that server: sets its SEEDBANK_S3_*.
use_server() {
  set -a
  # shellcheck source=/dev/null
  . "$SEEDBANK_SERVERS/$1/env"
  set +a
}
use_server "$SEEDBANK_SERVER"

# check DESCRIPTION COMMAND...: one test; its output is shown when it fails.
check() {
  local description=$1 output code
  shift
  number=$((number + 1))
  output=$("$@" 2>&1)
  code=$?
  if [ $code -eq 0 ]; then
    echo "ok $number - $TOOL_NAME: $description"
  else
    echo "not ok $number - $TOOL_NAME: $description (exit $code: $*)"
    printf '%s\n' "$output" | tail -n 60 | sed 's/^/#   /'
  fi
  return $code
}

# refuses PATTERN COMMAND...: the command must fail and its words must match; for use in check.
# Line breaks and the frame that tools draw around diagnostics do not count.
refuses() {
  local pattern=$1 output
  shift
  if output=$("$@" 2>&1); then
    printf '%s\n(it succeeded)\n' "$output"
    return 1
  fi
  says "$pattern" "$output"
}

# says PATTERN TEXT: an extended regular expression against the text on one line.
says() {
  printf '%s' "$2" | sed 's/^[│╷╵]//' | tr -s '\n ' '  ' | grep -Eq -- "$1" && return 0
  printf 'no match for: %s\nin:\n%s\n' "$1" "$2"
  return 1
}

not() {
  ! "$@"
}

tf() {
  local command=$1
  shift
  "$TOOL" "$command" -no-color "$@" </dev/null
}
s3() {
  "$SEEDBANK_S3_TOOL" "$@"
}

# boto SERVICE METHOD [JSON]: the same server by AWS's own client (boto.py).
boto() {
  "$SEEDBANK_BOTO3" "$SEEDBANK_ROOT/tests/acceptance/boto.py" "$@"
}

# The plan is empty: exit code 0 of -detailed-exitcode.
plan_empty() {
  tf plan -input=false -detailed-exitcode
}
# The plan has changes: exit code 2.
plan_changes() {
  tf plan -input=false -detailed-exitcode
  [ $? -eq 2 ]
}
apply() {
  tf apply -input=false -auto-approve "$@"
}
destroy() {
  tf destroy -input=false -auto-approve "$@"
}
state_of() { # ADDRESS ATTRIBUTE
  tf show -json 2>/dev/null |
    jq -r --arg a "$1" --arg k "$2" '.values.root_module.resources[]? | select(.address == $a) | .values[$k]'
}
is() { # ACTUAL EXPECTED
  [ "$1" = "$2" ] && return 0
  printf 'got: %s\nexpected: %s\n' "$1" "$2"
  return 1
}
versioning_is() { # BUCKET STATUS
  is "$(s3 versioning "$1")" "$2"
}

# newer_than MAJOR.MINOR: the tool has the features of that version. OpenTofu 1.12 is meant too.
at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$TOOL_VERSION" | sort -V | head -n 1)" = "$1" ]
}

# A configuration of one provider block and what stands on standard input.
config() {
  {
    cat <<'TF'
terraform {
  required_providers {
    seedbank = { source = "terraform.local/grove/seedbank" }
  }
}
TF
    cat
  } >main.tf
}

# A file below examples/, with a bucket of this test in place of the one that examples name.
example() { # PATH BUCKET
  sed "s/openedx-uploads/$2/g" "$SEEDBANK_ROOT/examples/$1"
}

# ---- Import --------------------------------------------------------------------------------------

forget() { # ADDRESS
  "$TOOL" state rm -no-color "$1" </dev/null
}
# import_block ADDRESS LINE: forget it, and apply with an import block of that line.
import_block() {
  forget "$1" >/dev/null
  cat >import.tf <<TF
import {
  to = $1
  $2
}
TF
  # shellcheck disable=SC2119 # the function above
  says "1 imported, 0 added, 0 changed" "$(apply)"
}
# imports ADDRESS ID IDENTITY UNKNOWN: import what main.tf declares at that address in every way that
# there is: by ID, by identity, as attributes on one line. UNKNOWN is the ID of what is not there.
# Nothing is in the state afterwards.
imports() {
  check "import by command" tf import -input=false "$1" "$2"
  check "the plan after an import is empty" plan_empty
  check "import block" import_block "$1" "id = \"$2\""
  check "the plan after an import block is empty" plan_empty
  if at_least 1.12; then
    check "import by identity" import_block "$1" "identity = { $3 }"
    check "the plan after an import by identity is empty" plan_empty
  fi
  rm -f import.tf
  check "it is forgotten" forget "$1"
  check "import of what is not there is refused" refuses "does ?n.t exist|Cannot import|non-existent" \
    tf import -input=false "$1" "$4"
  # shellcheck disable=SC2119 # all of it
  check "nothing is in the state then" is "$(in_state)" 0
}

# The processes of the provider that work for a test in this folder.
providers() {
  local pid
  for pid in $(pgrep -f terraform-provider-seedbank_v); do
    if [ "$(readlink "/proc/$pid/cwd")" = "$(pwd -P)" ]; then
      echo "$pid"
    fi
  done
}
no_providers() {
  [ -z "$(providers)" ]
}
# No process of the provider is left after a while.
none_left() {
  wait_for 10 no_providers && return 0
  echo "left: $(providers)"
  return 1
}

# ---- Servers that misbehave ----------------------------------------------------------------------

# serve: start the fault server on the script on standard input; sets url and, with TLS, ca_file.
serve() {
  cat >server.script
  rm -f server.out
  "$SEEDBANK_FAULT_SERVER" server.script >server.out 2>&1 &
  server=$!
  # shellcheck disable=SC2064 # that server
  trap "kill $server 2>/dev/null" EXIT
  wait_for 30 grep -q ^http server.out
  url=$(sed -n 1p server.out)
  ca_file=$(sed -n 2p server.out)
}

# against [SETTINGS [ARGUMENTS [TYPE]]]: configure a resource on the server at $url.
against() {
  config <<TF
provider "seedbank" {
  s3 = {
    endpoint         = "$url"
    access_key       = "some-access-key"
    secret_key       = "some-secret-key"
    force_path_style = true
    ${1:-}
  }
}
resource "seedbank_${3:-bucket_versioning}" "a" {
  bucket = "b"
  ${2:-}
}
TF
}

# served: end the server. It must have got what its script says and nothing else.
served() {
  kill "$server"
  wait "$server" && return 0
  cat server.out
  return 1
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
  local end=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $end ] || return 1
    sleep 0.1
  done
}

# errors: the errors in json.log, which -json wrote; one line each: address, summary, detail.
errors() {
  jq -rR 'fromjson? | select(.type == "diagnostic") | .diagnostic | select(.severity == "error") |
    "\(.address // "-"): \(.summary): \(.detail)" | gsub("\\s+"; " ")' json.log
}

# one_error PATTERN COMMAND [OPTION]...: the tool must fail with exactly one error, which matches.
one_error() {
  local pattern=$1 command=$2
  shift 2
  if "$TOOL" "$command" -json -input=false "$@" </dev/null >json.log 2>stderr.log; then
    echo "it succeeded"
    return 1
  fi
  errors >errors.log
  is "$(wc -l <errors.log)" 1 && says "$pattern" "$(cat errors.log)" && return 0
  cat errors.log stderr.log
  return 1
}

# How many resources the state holds; with an argument only those of that status (tainted).
in_state() {
  [ -s terraform.tfstate ] || { echo 0; return; }
  jq --arg s "${1:-}" '[.resources[].instances[] | select($s == "" or .status == $s)] | length' terraform.tfstate
}
