# URLs that grant one request, used by a program that has no keys; on a real server.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

bucket=presign-$$-$RANDOM
key="a//b/../c d+e%2f~=é"
s3 make-bucket "$bucket" && s3 versioning "$bucket" Enabled >/dev/null || exit 1
echo one >one
echo two >two
first=$(s3 put "$bucket" "$key" one) || exit 1
s3 put "$bucket" "$key" two >/dev/null || exit 1

url() { # METHOD SECONDS [VERSION]
  s3 presign "$bucket" "$1" "$key" "$2" ${3:+"$3"}
}
# sends STATUS URL [OPTION]...: without keys, the path as it is; the reply is kept in the file reply.
sends() {
  local status=$1 url=$2
  shift 2
  is "$(curl -q -sS --path-as-is --max-time 30 -o reply -w '%{http_code}' "$@" "$url")" "$status" ||
    { head -c 500 reply; return 1; }
}
gets() { # URL FILE
  sends 200 "$1" && cmp reply "$2"
}
latest_is() { # FILE
  s3 get "$bucket" "$key" | cmp - "$1"
}
without_signature() {
  local whole
  whole=$(url GET 60)
  sends 403 "${whole%%\?*}"
}
ends() {
  local short
  short=$(url GET 1)
  sleep 3
  sends 403 "$short"
}
writes() {
  local put
  put=$(url PUT 60)
  sends 200 "$put" -T three && latest_is three
}

echo three >three
check "an object" gets "$(url GET 60)" two
check "seven days" gets "$(url GET 604800)" two
check "a version of it" gets "$(url GET 60 "$first")" one
check "its head" sends 200 "$(url HEAD 60)" --head
check "not without the signature" without_signature
check "not with another method" sends 403 "$(url GET 60)" -T three
check "not another version" sends 403 "$(url GET 60)&versionId=$first"
check "not with one letter changed" sends 403 "$(url GET 60)0"
check "not when its time is over" ends
check "what was not granted was not done" latest_is two
check "a new object" writes
check "eight days are refused" refuses 'at most 7 days' url GET 691200
check "a deletion is refused" refuses 'GET, HEAD or PUT' url DELETE 60
s3 remove-bucket "$bucket" --purge
