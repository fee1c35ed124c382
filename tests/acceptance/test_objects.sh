# The calls on objects that a restore makes, on Ceph RGW: every key that S3 allows.
# shellcheck shell=bash
# needs: boto3
# shellcheck source=tests/acceptance/objects.sh
. "$SEEDBANK_ROOT/tests/acceptance/objects.sh"

check "two versioned buckets" two_buckets
for key in . .. a//b /lead a/../b % %2F + 'a+b c' "$odd" $'new\nline' $'c\x01d' $'\x7f' ' lead' 'trail ' '&<>"' \
  'a?versionId=3' $'cr\rx' "$(printf 'x%.0s' {1..1024})"; do
  check "an old version is restored: $(named "$key")" restores "$key"
done
check "listings of any page size agree" lists_the_same
check "a listing starts behind a key" starts_behind 'a+b c'
check "all of them are deleted in one batch" all_gone "$bucket"
check "markers are put and taken away in batches" marks "$other" plain . .. a//b /lead '%' '+' '&<>' ' lead' 'c\\x01d'
check "a copy preserves all that is kept beside the bytes" preserves_everything \
  '{"Expires": "2037-01-01T00:00:00Z", "WebsiteRedirectLocation": "/x"}'
check "so does a copy in parts" in_parts
check "unfinished uploads are found" unfinished k
check "those of an odd key, too" unfinished "$odd"
check "the null version" null_version
check "a version under retention" locked
