# shellcheck shell=bash disable=SC2034,SC2154
# Workspaces, what a plan in them costs, and the rows of the result; sourced by tests/bench/run.

# install_measured ADDRESS VERSION PROGRAM: PROGRAM stands in the mirror behind `measure`, which writes
# what every process of it cost to TYPE.cost (TYPE: the last part of the address).
install_measured() {
  local type=${1##*/} into=$work/mirror/$1/$2/linux_amd64
  mkdir -p "$into"
  printf '#!/bin/sh\nexec %s %s/%s.cost %s "$@"\n' "$measure" "$work" "$type" "$3" \
    >"$into/terraform-provider-${type}_v$2"
  chmod +x "$into/terraform-provider-${type}_v$2"
}

# use_server NAME: start it, and let what follows talk to it. Its buckets are bench-1 to bench-COUNT.
use_server() { # NAME COUNT
  local i
  tools/servers/"$1" start "$work/$1"
  set -a
  # shellcheck source=/dev/null
  . "$work/$1/env"
  set +a
  for i in $(seq 1 "$2"); do
    build/release/tests/tools/s3 make-bucket "bench-$i" >/dev/null
  done
}

# workspace DIR: applied, with the configuration on standard input.
workspace() {
  mkdir -p "$work/$1"
  cat >"$work/$1/main.tf"
  (cd "$work/$1" && "$tool" init -no-color >init.log && "$tool" apply -no-color -auto-approve >apply.log) || {
    cat "$work/$1"/*.log
    echo "bench: $1 was not applied" >&2
    exit 1
  }
}

median() {
  sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}
# plan DIR TYPE: no-change plans; sets cpu_ms and rss_kb of one plan's processes of that provider (CPU
# summed, memory of the largest), medians over the runs.
plan() {
  local i
  : >"$work/cpu" && : >"$work/rss"
  for i in $(seq 1 "$runs"); do
    rm -f "$work/$2.cost"
    (cd "$work/$1" && "$tool" plan -no-color -detailed-exitcode >plan.log) || {
      cat "$work/$1/plan.log"
      echo "bench: the plan of $1 is not empty" >&2
      exit 1
    }
    awk '{ s += $1 } END { print s }' "$work/$2.cost" >>"$work/cpu"
    awk '$2 > m { m = $2 } END { print m }' "$work/$2.cost" >>"$work/rss"
  done
  cpu_ms=$(median <"$work/cpu")
  rss_kb=$(median <"$work/rss")
}
# wall DIR: median milliseconds of a no-change plan.
wall() {
  local i from
  for i in $(seq 1 "$runs"); do
    from=$(date +%s%N)
    (cd "$work/$1" && "$tool" plan -no-color -detailed-exitcode >plan.log)
    echo $((($(date +%s%N) - from) / 1000000))
  done | median
}
start_of() { # PROGRAM: sets ready_us and idle_kb
  read -r ready_us idle_kb < <(TMPDIR=$work/sockets build/release/tests/tools/startup 21 "$work/client.pem" "$1")
}

results=()
broken=0
# row NAME OURS PEER UNIT LIMIT: LIMIT is a ratio to the peer, or with peer "-" a maximum; "-": none.
row() {
  local ratio verdict
  if [ "$3" = - ]; then
    ratio=$2
  else
    ratio=$(awk -v a="$2" -v b="$3" 'BEGIN { printf "%.3f", a / b }')
  fi
  verdict=$(awk -v r="$ratio" -v l="$5" 'BEGIN { print (l == "-") ? "-" : (r <= l + 0) ? "holds" : "BROKEN" }')
  [ "$verdict" != BROKEN ] || broken=1
  printf '%-44s %10s %10s %-3s  ratio %-8s limit %-6s %s\n' "$1" "$2" "$3" "$4" "$ratio" "$5" "$verdict"
  results+=("$(jq -n --arg name "$1" --arg ours "$2" --arg peer "$3" --arg unit "$4" --arg ratio "$ratio" \
    --arg limit "$5" --arg verdict "$verdict" '$ARGS.named')")
}
