# shellcheck shell=bash
# Programs from Go modules, pinned by a go.mod and go.sum of ours: sourced after lib.sh, never run.
: "${cache:?gomodule.sh is sourced after lib.sh}"
tools=$(dirname "${BASH_SOURCE[0]}")

# go_program NAME VERSION PACKAGE SAYS [PREPARE]: make $cache/NAME-VERSION/NAME from Go package PACKAGE and print
# its path. modules/NAME/ holds go.mod and go.sum; PREPARE, if given, is called in the copy that is built.
# SAYS is the first line that `NAME --version` must print: a program that calls itself otherwise is not installed.
go_program() {
  local program=$cache/$1-$2/$1
  grep -q "[[:space:]]${3%/cmd/*} v$2\b" "$tools/modules/$1/go.mod" ||
    die "tools/versions wants $1 $2, and $tools/modules/$1/go.mod does not"
  build_once "$1" "$program" go_build "$1" "$program" "$3" "$4" "${5:-true}"
  printf '%s\n' "$program"
}

go_build() {
  local name=$1 program=$2 package=$3 says=$4 prepare=$5
  local work=$cache/$1.work go said
  go=$("$tools/go")
  say "fetching $name's modules and compiling takes some minutes on two cores"
  rm -rf "$work"
  cp -R "$tools/modules/$name" "$work"
  (
    cd "$work" || exit
    "$prepare"
    go_settings
    # Modules are kept, for other programs; what the compiler keeps, gigabytes, goes with $work.
    export GOCACHE=$work/compiled
    logged "$name" nice "$go" build -p 2 -mod=readonly -trimpath -buildvcs=false \
      -ldflags "-s -w -X ${package%/cmd/*}/version.dev=no" -o out/"$name" "$package"
  )
  # Without the environment, which may name settings that the program would remark on first, and with
  # a home folder of its own, where it makes one for its settings.
  said=$(env -i HOME="$work" CHECKPOINT_DISABLE=1 "$work/out/$name" --version | head -n 1)
  [ "$said" = "$says" ] || die "built $name, but it says it is '$said', not '$says'"
  mkdir -p "$(dirname "$program")"
  mv "$work/out/$name" "$program"
  rm -rf "$work"
}
