# shellcheck shell=bash
# The runner of test scripts against real servers; sourced by tests/acceptance/run and tests/helpers/run.
#
#   scripts_options "$@"        takes --debian and --only NAME; what is left stands in `rest`
#   scripts_choose FOLDER       the test_*.sh there that were asked for, into `scripts`
#   scripts_begin NAME          empties build/NAME (`work`), starts the servers that the scripts name; they end
#                               with the shell
#   scripts_run LABEL SCRIPT FOLDER   in that folder below `work`; counts its checks
#   scripts_end                 "N passed, N failed"; whether all is well
#
# A script names its servers in a line "# servers: minio moto"; one without that line talks to Ceph RGW. The
# first is the one whose SEEDBANK_S3_* it gets; use_server of tests/checks.sh turns to another. Servers that no
# chosen script names are not started. A line "# needs: boto3" names AWS's own client. --debian chooses the
# scripts that do with what Debian has: their server is RGW, and they need nothing else.
# A script that dies or tests nothing counts as failed; what it left (logs too) stays in its folder.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
root=$PWD
passed=0
failed=0
# A script that is stopped must not leave its servers: stop what was started, in any case.
child=
servers=()

scripts_options() {
  only=()
  debian=
  while :; do
    case ${1:-} in
    --debian) debian=yes ;;
    --only)
      only+=("${2:-}")
      shift
      ;;
    *) break ;;
    esac
    shift
  done
  # shellcheck disable=SC2034 # for who called
  rest=("$@")
}

# servers_of SCRIPT: their names, the first one first.
servers_of() {
  local named
  named=$(sed -n 's/^# servers: //p' "$1")
  echo "${named:-rgw}"
}

# from_debian SCRIPT: its servers are RGW, in one make or another, and it needs nothing else.
from_debian() {
  [[ " $(servers_of "$1")" =~ ^(\ rgw(-[a-z]+)?)+$ ]] && ! grep -q '^# needs: ' "$1"
}

# chosen SCRIPT
chosen() {
  [ -z "$debian" ] || from_debian "$1" || return
  [ ${#only[@]} -eq 0 ] || [[ " ${only[*]} " = *" $(basename "$1" .sh) "* ]]
}

scripts_choose() {
  local script named
  scripts=()
  # shellcheck disable=SC2034 # for who called
  foreign= # some chosen script takes more than Debian has
  for script in "$1"/test_*.sh; do
    if chosen "$script"; then
      scripts+=("$script")
      read -ra named < <(servers_of "$script")
      servers+=("${named[@]}")
      # shellcheck disable=SC2034
      from_debian "$script" || foreign=yes
    fi
  done
  mapfile -t servers < <(printf '%s\n' "${servers[@]}" | sort -u)
}

# shellcheck disable=SC2317 # the trap calls it
cleanup() {
  local server
  trap '' HUP INT TERM
  # shellcheck disable=SC2086 # none yet, or a number
  kill $child 2>/dev/null && wait $child
  for server in "${servers[@]}"; do
    [ ! -d "$work/servers/$server" ] || "tools/servers/${server%%-*}" stop "$work/servers/$server"
  done
}

scripts_begin() {
  local server
  # Two MinIO, for replication from one to the other; and a Ceph RGW that stores replication rules, beside the
  # plain one that refuses them.
  local -A options=([minio]=--two [rgw-replication]=--replication)
  work=$root/build/$1
  rm -rf "$work"
  mkdir -p "$work/servers"
  trap cleanup EXIT
  trap 'exit 130' HUP INT TERM
  for server in "${servers[@]}"; do
    # shellcheck disable=SC2086 # none, or an option
    "tools/servers/${server%%-*}" start ${options[$server]:-} "$work/servers/$server" >"$work/$server.log" 2>&1 || {
      cat "$work/$server.log"
      exit 1
    }
  done
  export SEEDBANK_SERVERS=$work/servers
  export SEEDBANK_ROOT=$root SEEDBANK_S3_TOOL=$root/build/release/tests/tools/s3
  export SEEDBANK_FAULT_SERVER=$root/build/release/tests/tools/fault_server
  export SEEDBANK_STRIKE=$root/build/release/tests/tools/strike
}

scripts_run() {
  local label=$1 script=$2 test code ok bad named start=$SECONDS
  test=$(basename "$script" .sh)
  read -ra named < <(servers_of "$script")
  export SEEDBANK_SERVER=${named[0]} WORK=$work/$3
  mkdir -p "$WORK"
  # In the background, because the shell minds a signal at once while it waits; timeout ends the whole
  # group that it makes. A background command would ignore Ctrl-C, and so would the tool.
  env --default-signal=INT,QUIT timeout -k 10 "${SEEDBANK_TEST_TIMEOUT:-600}" \
    bash "$script" >"$WORK/output" 2>&1 </dev/null &
  child=$!
  wait $child
  code=$?
  child=
  ok=$(grep -c '^ok ' "$WORK/output")
  # Anywhere in a line: the output of a tool may end without a line end before it.
  bad=$(grep -c 'not ok [0-9]* - ' "$WORK/output")
  if [ $code -ne 0 ] || [ $((ok + bad)) -eq 0 ]; then
    bad=$((bad + 1))
    echo "not ok - $label$test ended with exit $code after $ok passed checks"
  fi
  if [ "$bad" -ne 0 ]; then
    sed 's/^/  /' "$WORK/output" | tail -n 150
  fi
  echo "# $label$test: $ok passed, $bad failed, $((SECONDS - start)) s"
  passed=$((passed + ok))
  failed=$((failed + bad))
}

scripts_end() {
  [ -z "${SEEDBANK_TALLY:-}" ] || echo "$passed $failed" >>"$SEEDBANK_TALLY"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}
