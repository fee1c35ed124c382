# shellcheck shell=bash
# seedbank-bucket undelete: what a delete marker hides is there again, and nothing else is touched; audit: what it
# says of a bucket in which things were lost.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

shown() {
  s3 versions "$b" | awk -F '\t' '$3 == "latest" && $4 == "version" {print $1, $5, $6}'
}

fresh undelete
for key in a/1 a/2 b/1 live; do
  write "$key" "of $key"
done
good=$(shown)
erase b/1
early=$(now)
erase a/1
erase a/1 # deleted twice: two markers
erase a/2
write live 'newer'
write live 'of live'
before=$(s3 versions "$b")

check "nothing is changed without an answer" exits 1 'no terminal to ask on.*--yes' bucket undelete "$b"
check "nothing was" is "$(s3 versions "$b")" "$before"
check "it says how many and when they were deleted" exits 0 'of 20[0-9TZ:.-]*.*reveal +1 .*Restored 1 object' \
  bucket undelete "$b" --prefix a/1 --yes --output one.plan
check "one object is there again, and what was overwritten stays so" is "$(s3 get "$b" a/1)" 'of a/1'
check "undo puts one marker back" exits 0 'Took back 1 object' bucket undo one.plan
check "it is hidden again" not s3 get "$b" a/1
check "since a time: what was deleted before stays deleted" bucket undelete "$b" --since "$early" --yes
check "the later ones are there" is "$(s3 get "$b" a/2)" 'of a/2'
check "the earlier one is not" not s3 get "$b" b/1
check "all of it" exits 0 'Verified: 1 object of bucket .* is there again' bucket undelete "$b" --yes
check "every object is what it was" is "$(shown | cut -d ' ' -f 1,2)" "$(cut -d ' ' -f 1,2 <<<"$good")"
check "a second time there is nothing to do" exits 0 'No delete marker hides anything there' bucket undelete "$b" --yes
check "a prefix that nothing has is told" exits 6 'No key begins with that prefix' bucket undelete "$b" --prefix none/ --yes
check "a time that is none is told" exits 2 'since soon is no time' bucket undelete "$b" --since soon --yes
check "a bucket that is none is told, with the ways back" exits 6 'no bucket.*replica or a copy' bucket undelete "$b-none" --yes
fresh suspended
write k was
s3 versioning "$b" Suspended >/dev/null
erase k
check "without versioning nothing is removed" exits 5 'Versioning of bucket' bucket undelete "$b" --yes
s3 versioning "$b" Enabled >/dev/null
check "what was deleted without versioning is doubtful" exits 5 'doubtful for 1 object.*--accept-gaps' bucket undelete "$b" --yes
check "--accept-gaps brings back what is left" exits 0 'Restored 1 object' bucket undelete "$b" --yes --accept-gaps -o gaps.plan
check "it is there" is "$(s3 get "$b" k)" was
check "and the marker stays" is "$(s3 versions "$b" | wc -l)" 3

fresh audit
for i in $(seq 12); do
  write "images/$i" good
  write "video/$i" good
done
at=$(date -u +%s)
sleep 2
for i in $(seq 12); do
  erase "images/$i"
  write "video/$i" bad
done
bucket audit "$b" --json >audit.json
check "audit counts" is "$(jq -c 'select(.event == "bucket") | [.live, .deleted, .old, .markers]' audit.json)" '[12,12,24,12]'
check "audit sees the loss" is "$(jq -c 'select(.event == "loss") | [.deleted, .overwritten]' audit.json)" '[12,12]'
before=$(jq -r 'select(.event == "loss") | .at' audit.json)
check "and names a moment before it" test "$(date -d "$before" +%s)" -ge "$at"
check "which brings all of it back" exits 0 'Verified: 24 objects' bucket restore "$b" --at "$before" --yes
check "every object is good" is "$(for i in $(seq 12); do s3 get "$b" "images/$i"; echo; s3 get "$b" "video/$i"; echo; done | sort -u)" good
s3 lifecycle "$b" - <<'XML'
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>old</ID><Filter><Prefix></Prefix></Filter>
<Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>3</NoncurrentDays></NoncurrentVersionExpiration></Rule>
</LifecycleConfiguration>
XML
check "audit says what rules will remove, and which" exits 0 'Lifecycle rules will remove .* within 5 days.*rule "old"' \
  bucket audit "$b" --days 5
check "and that a day is safe" exits 0 'No lifecycle rule removes an old version within 1 day' bucket audit "$b" --days 1
check "the settings are saved" bucket audit "$b" --save-config config.json
check "whole, and for their owner alone" is \
  "$(jq -r '.documents | keys[]' config.json | grep -xE 'versioning|lifecycle' | tr '\n' ' ')$(stat -c %a config.json)" \
  'lifecycle versioning 600'
check "an empty bucket is no error" bash -c "'$SEEDBANK_S3_TOOL' make-bucket empty-$$ && '$SEEDBANK_BIN/seedbank-bucket' audit empty-$$"
check "a bucket without versioning is a finding" exits 0 'error: Versioning is Disabled' bucket audit "empty-$$"
check "a bucket that is none is told" exits 6 'There is no bucket' bucket audit "$b-none"
