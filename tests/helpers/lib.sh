# shellcheck shell=bash
# What every test of a restore program uses; sourced first. Beside what tests/checks.sh needs, the runner
# sets SEEDBANK_BIN, the folder of the programs.
# shellcheck source=tests/checks.sh
. "$SEEDBANK_ROOT/tests/checks.sh"

bucket() {
  "$SEEDBANK_BIN/seedbank-bucket" "$@"
}

# exits CODE PATTERN COMMAND...: it must end with that code, and its words must match; for use in check.
exits() {
  local code=$1 pattern=$2 got output
  shift 2
  output=$("$@" 2>&1)
  got=$?
  is "$got" "$code" && says "$pattern" "$output" && return 0
  printf '%s\n' "$output"
  return 1
}

# fresh NAME: a bucket of this test with versioning; its name goes to $b.
fresh() {
  b=$1-$$-$RANDOM
  s3 make-bucket "$b" && s3 versioning "$b" Enabled >/dev/null
}

# write KEY TEXT, erase KEY: in $b
write() {
  printf '%s' "$2" | s3 put "$b" "$1" - >/dev/null
}
erase() {
  s3 delete "$b" "$1" >/dev/null
}

# now: the time, apart from every write before and after it. RGW counts milliseconds.
now() {
  sleep 0.05
  date -u +%Y-%m-%dT%H:%M:%S.%3NZ | sed -E 's/(\.[0-9]*[1-9])0*Z$/\1Z/; s/\.0*Z$/Z/' # as the program writes it
  sleep 0.05
}

# steps FILE: the plan's steps, one a line: kind, key as JSON, how many versions are to be removed
steps() {
  jq -r 'select(.step) | "\(.step) \(.key // .key_url | @json) \(.newer // [] | length)"' "$1"
}
# total FILE MEMBER: of the plan's last line
total() {
  jq -r --arg m "$2" 'select(.end) | .[$m] | if type == "object" then "\(.objects) \(.bytes)" else . end' "$1"
}

# judge TEST [ARGUMENT]...: by AWS's own client (restore/__main__.py says what there is); sets code to 1 where it fails.
judge() {
  local python
  python=$("$SEEDBANK_ROOT/tools/boto3") &&
    SEEDBANK_BUCKET=$SEEDBANK_BIN/seedbank-bucket "$python" -B "$SEEDBANK_ROOT/tests/helpers/restore" "$@" || code=1
}
