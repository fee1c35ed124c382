# shellcheck shell=bash
# Functions that the scripts under tools/ share: sourced, never run.
# Standard output belongs to a script's result (a path, say); all talk goes to standard error.

set -euo pipefail

# A signal ends the script even if the command that it waits for shrugs it off.
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# The one folder for downloads and builds; nothing else outside build/ is written.
cache=${SEEDBANK_CACHE:-${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/seedbank}

say() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
}

die() {
  say "$@"
  exit 1
}

# need COMMAND PURPOSE: end with the remedy when COMMAND is missing.
need() {
  command -v "$1" >/dev/null || die "$1 is missing: run tools/bootstrap $2 first"
}

# version_at_least HAVE WANT: true when dotted version HAVE is not older than WANT.
version_at_least() {
  [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]
}

# cache_folder NAME: make that folder of the cache.
cache_folder() {
  mkdir -p "$cache/$1" || die "cannot write to $cache: set SEEDBANK_CACHE to a folder of yours"
}

# build_once NAME RESULT FUNCTION [ARGUMENT]...: make RESULT by calling FUNCTION, unless it is there.
# Under NAME's lock, so that a second run waits for the first instead of building too.
# FUNCTION must put RESULT in place last, by a rename: a killed build leaves none.
build_once() {
  local name=$1 result=$2
  shift 2
  [ -e "$result" ] && return
  cache_folder lock
  cache_folder log
  (
    flock -n 9 || {
      say "waiting for another run that builds $name"
      flock 9
    }
    [ -e "$result" ] || {
      say "building $name once, into $result"
      : >"$cache/log/$name"
      # What an interrupted build leaves there goes with the next try.
      export TMPDIR=$cache/tmp/$name
      rm -rf "$TMPDIR"
      mkdir -p "$TMPDIR"
      "$@"
      rm -rf "$TMPDIR"
    }
  ) 9>"$cache/lock/$name"
}

# logged NAME COMMAND...: run COMMAND, its output in a log; on failure show the end of it and stop.
logged() {
  local log=$cache/log/$1 before
  shift
  cache_folder log
  touch "$log"
  before=$(stat -c %s "$log")
  "$@" >>"$log" 2>&1 9>&- || {
    tail -n 20 "$log" >&2
    say "failed: $*; all of its output is in $log"
    ! unreachable "$log" "$before" || say "$no_network"
    exit 1
  }
}

no_network="the network cannot be reached from here: check the connection and, where a proxy is needed, http_proxy and https_proxy"

# unreachable LOG [BYTES]: true when LOG, behind so many bytes, tells so in the words of apt, pip, go or curl.
unreachable() {
  tail -c +"$((${2:-0} + 1))" "$1" |
    grep -iE 'temporary failure (in name resolution|resolving)|could not resolve|network is unreachable|no such host|failed to establish a new connection|could not connect to|connect: connection refused' >/dev/null
}

# go_settings: whatever the user's own settings are, go writes nothing outside build/ and the cache folder.
go_settings() {
  export CGO_ENABLED=0 GOTOOLCHAIN=local GOWORK=off GOFLAGS=-modcacherw
  export GOPATH=$cache/go GOMODCACHE=$cache/go/mod
  # Telemetry is kept in the configuration folder, and so are settings that may name a proxy: those stay.
  export GOENV=${GOENV:-${XDG_CONFIG_HOME:-${HOME:-/tmp}/.config}/go/env} XDG_CONFIG_HOME=$cache/go/config
}
