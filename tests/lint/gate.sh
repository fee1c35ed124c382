# shellcheck shell=bash
# What the gates share; sourced, never run.
#
# A gate is a script beside this file. It judges the tree it is started in (selftest starts it in
# small broken ones), prints one finding a line as `path:line: what is wrong and what is right`, and
# ends through gate_end. It must also fail when it had nothing to judge: an empty list of files is a
# broken gate, not a clean tree.
set -euo pipefail
export LC_ALL=C

gate=$(basename "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
findings=$scratch/findings
: >"$findings"

# Files of the tree that git knows or would add, by git's patterns ('*.c' also matches in folders).
gate_files() {
  git -c safe.directory='*' ls-files -co --exclude-standard -- "$@" | sort -u |
    while IFS= read -r file; do
      [ ! -f "$file" ] || printf '%s\n' "$file"
    done
}

gate_need() {
  local tool
  for tool in "$@"; do
    command -v "$tool" >/dev/null || gate_die "$tool is not installed: run tools/bootstrap"
  done
}

gate_die() {
  echo "lint/$gate: cannot judge: $*" >&2
  exit 2
}

# gate_end N WHAT: the verdict over N things judged.
gate_end() {
  local bad
  bad=$(wc -l <"$findings")
  sort -u "$findings"
  [ "$1" -gt 0 ] || gate_die "found no $2"
  echo "lint/$gate: $1 $2, $bad findings"
  [ "$bad" -eq 0 ]
}
