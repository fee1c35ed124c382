# shellcheck shell=bash
# Daemons that belong to a folder: started into it, stopped by the process ids it holds. Sourced after ../lib.sh.
#
# A server's folder DIR holds, besides its data:
#   pids   one line per process: name, its id, start time (which tells it from a later process of that id)
#   log/   what each daemon printed
#   env    what a client needs to know; written last, so that its presence means ready
#
# A script that starts a server hands its arguments to server_script and has a function start, which calls
# server_new, then daemon, run and wait_until, then server_ready.
# Until server_ready, whatever ends the script (a failure, a time limit, Ctrl-C) stops the daemons and
# removes the folder.

# server_script ARGUMENT...: the command line that all servers share, start [OPTION] DIR | stop DIR.
server_script() {
  arguments=("$@")
  dir=
  case $#:${1-} in
  [23]:start) # what start does not take, it answers with server_usage
    shift
    trap server_undo EXIT
    start "$@"
    ;;
  2:stop)
    # Nothing there, or the empty folder of a start that was interrupted: it is stopped.
    [ -d "$2" ] && ! rmdir "$2" 2>/dev/null || exit 0
    [ -f "$2/pids" ] || die "$2 is no server's folder: it is left alone"
    server_stop "$2"
    ;;
  *) server_usage ;;
  esac
}

server_usage() {
  sed -n 's|^#  *\(tools/servers/.* DIR\).*|usage: \1|p' "$0" >&2
  exit 2
}

# server_new DIR SECONDS: make DIR, and set $dir to its full path; all must be ready within SECONDS.
server_new() {
  local new
  new=$(realpath -m -- "$1")
  mkdir -p "${new%/*}"
  rmdir "$new" 2>/dev/null || true
  mkdir -m 700 "$new" || die "$1 must be a new folder or an empty one: stop the server that runs there, or name another"
  dir=$new
  mkdir "$dir/log"
  : >"$dir/pids"
  deadline=$((SECONDS + $2))
}

# server_ready NAME=VALUE...: write DIR/env, to be sourced by a shell; from now on the daemons stay.
server_ready() {
  local line
  for line in "$@"; do
    printf '%s=%q\n' "${line%%=*}" "${line#*=}"
  done >"$dir/env.part"
  mv "$dir/env.part" "$dir/env"
  trap - EXIT HUP INT TERM
}

server_undo() {
  local status=$?
  server_discard
  exit "$status"
}

# server_discard: end all that this script has started, which is all its children, and remove $dir.
server_discard() {
  local child children
  trap '' HUP INT TERM
  mapfile -t children < <(jobs -p)
  [ ${#children[@]} = 0 ] || kill "${children[@]}" 2>/dev/null || true
  for child in "${children[@]}"; do
    process_end "$child" "$(process_started "$child")" || say "process $child does not end"
  done
  [ -z "$dir" ] || rm -rf "$dir"
}

# server_stop DIR: end the daemons of DIR, the newest first, each within a second or by force, and remove DIR.
server_stop() {
  local name pid started
  while read -r name pid started; do
    process_end "$pid" "$started" || die "$name (process $pid) does not end; $1 is kept"
  done < <(tac "$1/pids")
  rm -rf "$1"
}

# process_started PID: print when process PID started, in clock ticks since boot; false when it has ended,
# be it that nobody has collected it yet.
process_started() {
  local stat
  { read -r stat </proc/"$1"/stat; } 2>/dev/null || return
  # The name, in parentheses, may hold blanks; state is the 1st field after it, the start time the 20th.
  read -ra stat <<<"${stat##*) }"
  [ "${stat[0]}" != Z ] && printf '%s\n' "${stat[19]}"
}

# process_runs PID STARTED: true while that process, and no later one of the same id, runs.
process_runs() {
  local started
  started=$(process_started "$1") && [ "$started" = "$2" ]
}

# process_end PID STARTED: end that process; true when it has ended.
process_end() {
  local tries
  for ((tries = 0; tries < 100; tries++)); do
    process_runs "$1" "$2" || return 0
    case $tries in
    0) kill "$1" 2>/dev/null || true ;;
    20) kill -KILL "$1" 2>/dev/null || true ;;
    esac
    sleep 0.05
  done
  return 1
}

# daemon NAME COMMAND...: start COMMAND in a session of its own; it must stay in the foreground.
daemon() {
  local name=$1 fd
  shift
  (
    # Locks and pipes of whoever called the script are not the daemon's to hold open.
    for fd in /proc/self/fd/*; do
      fd=${fd##*/}
      [ "$fd" -le 2 ] || eval "exec $fd>&-"
    done
    exec setsid "$@"
  ) </dev/null >"$dir/log/$name.out" 2>&1 &
  server_note "$name" $!
}

# server_note NAME PID: keep in DIR/pids what has been started.
server_note() {
  printf '%s %s %s\n' "$1" "$2" "$(process_started "$2")" >>"$dir/pids"
}

# run COMMAND...: COMMAND, in the time that is left, its output in log/setup.out. In the background, because
# the shell minds a signal at once while it waits, but only afterwards for a command in the foreground.
run() {
  timeout -k 0.5 "$((deadline > SECONDS ? deadline - SECONDS : 1))" "$@" </dev/null >>"$dir/log/setup.out" 2>&1 &
  server_note setup $!
  wait $! || server_failed setup "failed or took too long: $*"
}

# wait_until NAME WHAT COMMAND...: until COMMAND is true, while daemon NAME lives and time is left.
wait_until() {
  local name=$1 what=$2
  shift 2
  until "$@"; do
    daemon_alive "$name" || server_failed "$name" "$name ended before $what"
    [ "$SECONDS" -lt "$deadline" ] || server_failed "$name" "$what took too long"
    sleep 0.05
  done
}

daemon_alive() {
  local pid started
  read -r pid started < <(sed -n "s/^$1 //p" "$dir/pids")
  process_runs "$pid" "$started"
}

# daemon_listens NAME PORT: true when that very process listens there, not another that was quicker.
daemon_listens() {
  local pid inode
  read -r pid _ < <(sed -n "s/^$1 //p" "$dir/pids")
  inode=$(awk -v port="$(printf ':%04X$' "$2")" '$2 ~ port && $4 == "0A" { print $10; exit }' /proc/net/tcp)
  [ -n "$inode" ] && [ -n "$(find /proc/"$pid"/fd -lname "socket:\[$inode\]" 2>/dev/null)" ]
}

# server_failed NAME REASON: show the end of NAME's log and give up; or, when another process took a port
# meanwhile, start all over.
server_failed() {
  if grep -qsi 'address already in use\|address in use' "$dir"/log/* && [ "${SEEDBANK_SERVER_TRY:-1}" -lt 3 ]; then
    say "a port was taken meanwhile; once more with others"
    server_discard
    trap - EXIT HUP INT TERM
    SEEDBANK_SERVER_TRY=$((${SEEDBANK_SERVER_TRY:-1} + 1)) exec "$0" "${arguments[@]}"
  fi
  tail -n 15 "$dir/log/$1".* >&2 || true
  die "$2"
}

# free_port: print a port of 127.0.0.1 that nothing uses, below those the kernel hands out by itself.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    grep -qi "^ *[0-9]*: [0-9A-F]*:$(printf %04X "$port") " /proc/net/tcp /proc/net/tcp6 2>/dev/null || break
  done
  printf '%s\n' "$port"
}
