# shellcheck shell=bash
# Where a tofu or terraform keeps its settings: sourced, never run.

# What was built stays where it is when a tool gets a home folder of its own.
# shellcheck disable=SC2016 # for the other shell
SEEDBANK_CACHE=$(bash -c '. "$0/lib.sh" && echo "$cache"' "$(dirname "${BASH_SOURCE[0]}")") || exit 1
export SEEDBANK_CACHE

# version_of TOOL [HOME]: print what TOOL says it is ("OpenTofu v1.12.6", "Terraform v1.11.4"), its home folder
# being HOME; nothing when it says something else, as the wrapper of a version manager does that has none to run.
version_of() {
  HOME=${2:-${HOME:-}} TF_CLI_CONFIG_FILE=/dev/null CHECKPOINT_DISABLE=1 timeout 20 "$1" version </dev/null 2>/dev/null |
    grep -xE '(OpenTofu|Terraform) v[0-9].*' || true
}

# home_of TOOL FOLDER: print the home folder for TOOL, a path: FOLDER, so that it makes no .terraform.d in the
# user's. But a version manager's wrapper needs the user's own, where the versions are.
home_of() {
  mkdir -p "$2" || return
  if [ -n "$(version_of "$1" "$2")" ]; then
    printf '%s\n' "$2"
  else
    printf '%s\n' "${HOME:-}"
  fi
}
