# shellcheck shell=bash
# Where a tofu or terraform keeps its settings: sourced, never run.

# home_of TOOL FOLDER: print the home folder for TOOL, a path. What PATH names may be a version manager's,
# which needs the user's own; a tool that was built here would make a .terraform.d there, so it gets FOLDER.
home_of() {
  if [ "$(command -v "${1##*/}")" = "$1" ]; then
    printf '%s\n' "${HOME:-}"
  else
    mkdir -p "$2" && printf '%s\n' "$2"
  fi
}
