# What every acceptance test uses; sourced first. The runner sets TOOL, TOOL_NAME and TOOL_VERSION
# beside what tests/checks.sh needs.
# shellcheck shell=bash
# shellcheck source=tests/checks.sh
. "$SEEDBANK_ROOT/tests/checks.sh"

tf() {
  local command=$1
  shift
  "$TOOL" "$command" -no-color "$@" </dev/null
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
