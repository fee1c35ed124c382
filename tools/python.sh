# shellcheck shell=bash
# Programs from PyPI, each with Debian's Python in a folder of its own: sourced after lib.sh, never run.
: "${cache:?python.sh is sourced after lib.sh}"
python=/usr/bin/python3
modules=$(dirname "${BASH_SOURCE[0]}")/modules

# pypi_install NAME VERSION: make $cache/NAME-VERSION, a Python environment with that release of package NAME
# and the dependencies that modules/NAME/requirements.txt pins by checksum.
pypi_install() {
  local prefix=$cache/$1-$2
  grep -q "^$1==$2 " "$modules/$1/requirements.txt" ||
    die "tools/versions wants $1 $2, and $modules/$1/requirements.txt does not"
  build_once "$1" "$prefix/.complete" pypi_build "$1" "$prefix"
}

# An environment knows its own path, so it is built in place; the file .complete comes last.
pypi_build() {
  "$python" -c 'import ensurepip' 2>/dev/null || die "Debian's python3-venv is missing: run tools/bootstrap build first"
  rm -rf "$2"
  logged "$1" "$python" -m venv "$2"
  logged "$1" "$2/bin/pip" install --disable-pip-version-check --no-cache-dir --require-hashes \
    --only-binary :all: --no-deps -r "$modules/$1/requirements.txt"
  touch "$2/.complete"
}
