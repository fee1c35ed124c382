# shellcheck shell=bash
# A run made of stages; sourced by tests/check, tests/test, tests/testacc, tests/soak and .ci/run.
#
#   stage NAME COMMAND...   run it; one line says how it ended and how long it took, its output is
#                           shown when it failed (all of it with SEEDBANK_VERBOSE=1), kept in build/log/
#   need NAME COMMAND...    the same, and nothing else is tried when it fails
#   finish                  the sum over all tests, "N passed, N failed", as the last line
#
# Tests count themselves: tests/run and its like append "passed failed" to the file SEEDBANK_TALLY
# names. A stage that fails without having counted a failed test counts as one; a stage whose tests
# failed fails whatever it returned.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

outer_tally=${SEEDBANK_TALLY:-}
export SEEDBANK_TALLY
SEEDBANK_TALLY=$(mktemp)
trap 'rm -f "$SEEDBANK_TALLY"' EXIT
# Ctrl-C ends the run, not only the stage that it meets.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
# Options and variables of the make that started this are not meant for those started here.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL
run_name=$(basename "$0")
run_start=$SECONDS
mkdir -p build/log

# "passed failed" so far
tally() {
  awk '{ p += $1; f += $2 } END { print p + 0, f + 0 }' "$SEEDBANK_TALLY"
}

stage() {
  local name=$1 log code=0 start=$SECONDS passed failed passed_before failed_before
  shift
  log=build/log/$run_name-${name//[^A-Za-z0-9]/-}
  # On a terminal, what is running until its line replaces this one.
  [ ! -t 1 ] || printf '...      %s\r' "$name"
  read -r passed_before failed_before < <(tally)
  if [ -n "${SEEDBANK_VERBOSE:-}" ]; then
    "$@" </dev/null 2>&1 | tee "$log" || code=$?
  else
    "$@" </dev/null >"$log" 2>&1 || code=$?
  fi
  read -r passed failed < <(tally)
  if [ "$code" -ne 0 ] && [ "$failed" -eq "$failed_before" ]; then
    echo "0 1" >>"$SEEDBANK_TALLY"
    failed=$((failed + 1))
  fi
  [ "$failed" -eq "$failed_before" ] || code=${code/#0/1}
  [ "$code" -eq 0 ] || [ -n "${SEEDBANK_VERBOSE:-}" ] || tail -n 300 "$log" | sed -E '/^  [A-Z]+ +build\//d; s/^/    /'
  printf '%-8s %-36s %5d s  %5d passed %4d failed\n' "$([ "$code" -eq 0 ] && echo ok || echo FAILED)" \
    "$name" "$((SECONDS - start))" "$((passed - passed_before))" "$((failed - failed_before))"
  return "$code"
}

need() {
  stage "$@" || finish
}

finish() {
  local passed failed
  read -r passed failed < <(tally)
  [ -z "$outer_tally" ] || echo "$passed $failed" >>"$outer_tally"
  echo "$run_name: $((SECONDS - run_start)) s"
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
  exit
}
