# shellcheck shell=bash
# What scripts that test against real servers have in common; sourced by lib.sh of tests/acceptance
# and of tests/helpers. The runner (tests/scripts.sh) sets WORK and SEEDBANK_SERVER, the first of the
# servers that the script names; TOOL_NAME stands before each check where there is one.
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
    echo "ok $number - ${TOOL_NAME:+$TOOL_NAME: }$description"
  else
    echo "not ok $number - ${TOOL_NAME:+$TOOL_NAME: }$description (exit $code: $*)"
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

is() { # ACTUAL EXPECTED
  [ "$1" = "$2" ] && return 0
  printf 'got: %s\nexpected: %s\n' "$1" "$2"
  return 1
}
versioning_is() { # BUCKET STATUS
  is "$(s3 versioning "$1")" "$2"
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

s3() {
  "$SEEDBANK_S3_TOOL" "$@"
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
  # shellcheck disable=SC2034 # for who called
  url=$(sed -n 1p server.out) ca_file=$(sed -n 2p server.out)
}

# served: end the server. It must have got what its script says and nothing else.
served() {
  kill "$server"
  wait "$server" && return 0
  cat server.out
  return 1
}
