# The calls on objects that a restore makes, on MinIO, which has no key with a segment "." or "..", an empty
# one or more than 255 bytes, drops a slash at the beginning, keeps no marker of a key that was never
# written, and carries neither Expires nor redirects.
# servers: minio
# shellcheck shell=bash
# shellcheck source=tests/acceptance/objects.sh
. "$SEEDBANK_ROOT/tests/acceptance/objects.sh"

check "two versioned buckets" two_buckets
for key in % %2F + 'a+b c' "$odd" $'new\nline' $'c\x01d' $'\x7f' ' lead' 'trail ' '&<>"' 'a?versionId=3' $'cr\rx'; do
  check "an old version is restored: $(named "$key")" restores "$key"
done
check "listings of any page size agree" lists_the_same
check "all of them are deleted in one batch" all_gone "$bucket"
check "markers are put and taken away in batches" marks "$other" '%' '+' 'a+b c' '&<>"' ' lead' 'c\\x01d'
check "a copy preserves all that is kept beside the bytes" preserves_everything '{}'
check "so does a copy in parts" in_parts
check "unfinished uploads are found" unfinished k
check "those of an odd key, too" unfinished "$odd"
check "a version under retention" locked
