# shellcheck shell=bash
# seedbank-bucket plan: what it decides for each kind of history, what it refuses, and that it changes nothing.
# servers: rgw rgw-replication
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

# ---- Every kind of history, in one bucket --------------------------------------------------------
fresh kinds
for key in same deleted overwritten 'deleted and back' gone 'odd/ü 100% +?' $'odd/new\nline' $'odd/\001'; do
  write "$key" was
done
erase gone
write again one
erase again
at=$(now)
erase deleted
write overwritten new
write overwritten newer
erase 'deleted and back'
write 'deleted and back' new
write born new
write 'born and gone' new
erase 'born and gone'
write again two
for key in 'odd/ü 100% +?' $'odd/new\nline' $'odd/\001'; do
  erase "$key"
done
s3 versions "$b" >before

check "a plan is made" bucket plan "$b" --at "$at" -o kinds.plan
check "it says what is to be done with each key, in the order of the listing" is "$(steps kinds.plan)" \
  'reveal "deleted" 1
copy "deleted and back" 0
reveal "odd/\u0001" 1
reveal "odd/new\nline" 1
reveal "odd/ü 100% +?" 1
copy "overwritten" 0'
check "it counts what stays as it was" is "$(total kinds.plan unchanged)" "1 3"
check "it counts what was born later" is "$(total kinds.plan newer)" "2 6"
check "it counts what is copied" is "$(total kinds.plan copy)" "2 6"
check "nothing was changed in the bucket" is "$(s3 versions "$b")" "$(cat before)"
wanted=$(jq -r 'select(.key == "overwritten") | .version' kinds.plan)
check "the wanted version is the one of then" is "$(s3 get "$b" overwritten "$wanted")" was

check "the person reads the absolute time, the counts and what to type next" \
  exits 0 "as it was at $at.*reveal +4 .*copy +2 .*born later +2 .*Next: seedbank-bucket apply 'a plan'" \
  bucket plan "$b" --at "$at" -o 'a plan'
check "a plan that exists is not replaced" exits 1 'Cannot write the plan kinds.plan File exists' \
  bucket plan "$b" --at "$at" -o kinds.plan
check "the same moment in another zone is the same" exits 0 "as it was at $at" \
  bucket plan "$b" --at "$(TZ=UTC-5:30 date -d "$at" +%Y-%m-%dT%H:%M:%S.%3N%:z)" -o zone.plan
check "with the same steps" is "$(steps zone.plan)" "$(steps kinds.plan)"
check "pages of one entry give the same" bash -c "SEEDBANK_S3_PAGE_SIZE=1 '$SEEDBANK_BIN/seedbank-bucket' plan '$b' --at '$at' -o pages.plan"
check "with --json there are events alone" test -n \
  "$(bucket plan "$b" --at "$at" -o json.plan --json | jq -s 'map(select(.event == "plan"))[0].reveal.objects == 4 or error')"

check "--keep-history copies what would be revealed" bucket plan "$b" --at "$at" --keep-history -o keep.plan
check "and removes nothing" is "$(jq -c 'select(.step) | [.step, .newer]' keep.plan | sort -u)" '["copy",null]'
check "--hide-newer puts markers on what was born later" bucket plan "$b" --at "$at" --hide-newer -o hide.plan
check "but not on what is gone already" is "$(steps hide.plan | grep ^hide)" 'hide "again" 0
hide "born" 0'
check "--purge-newer says that it cannot be undone" \
  exits 0 'gone for good.*--yes-delete-versions.*apply purge.plan --yes-delete-versions' \
  bucket plan "$b" --at "$at" --purge-newer -o purge.plan
check "and names each version that goes" is "$(steps purge.plan | grep -E '(overwritten|and back)')" \
  'purge "deleted and back" 2
purge "overwritten" 2'
check "--prefix, several times, one in the other" bucket plan "$b" --at "$at" --prefix over --prefix deleted --prefix 'deleted a' -o prefix.plan
check "takes only what begins so" is "$(steps prefix.plan)" "$(steps kinds.plan | grep -E 'deleted|over')"
check "--exclude" bucket plan "$b" --at "$at" --exclude odd/ --exclude deleted -o exclude.plan
check "leaves out what begins so" is "$(steps exclude.plan)" 'copy "overwritten" 0'
check "--no-probe says what it did not ask" exits 0 'reachability unproven' \
  bucket plan "$b" --at "$at" --no-probe -o unproven.plan
sleep 1.1 # the server's clock, as it tells it, has whole seconds
check "so long ago" exits 0 'as it was at .*, 0 s ago .*There is nothing to do' bucket plan "$b" --at '0s ago' -o now.plan
check "before everything nothing was there" bucket plan "$b" --at '2h ago' -o old.plan
check "and all is born later" is "$(total old.plan newer)" "5 17"

# ---- What is refused -----------------------------------------------------------------------------
refused() { # DESCRIPTION CODE PATTERN ARGUMENT...
  local description=$1 code=$2 pattern=$3
  shift 3
  check "$description" exits "$code" "$pattern" bucket plan "$@" -o refused.plan
  check "  and leaves no file" is "$(find . -name 'refused*')" ""
}
refused "a moment in the future" 5 'lies in the future.*server.s clock' "$b" --at 2200-01-01T00:00:00Z
refused "what is no time" 2 'is no time.*RFC 3339' "$b" --at yesterday
refused "a day that is not" 2 'is no time' "$b" --at 2026-02-30T00:00:00Z
refused "no time" 2 'at' "$b"
refused "a bucket that is not there" 6 'no bucket.*cancel the deletion' "no-such-$b" --at '1s ago'
refused "a prefix that nothing has" 6 'No key begins' "$b" --at "$at" --prefix overwritten/
refused "options that contradict each other" 2 'contradict' "$b" --at "$at" --keep-history --purge-newer
check "no other folder is needed" exits 1 'No such file or directory' bucket plan "$b" --at "$at" -o no/such/folder.plan

s3 lifecycle "$b" - >/dev/null <<'XML'
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>short</ID><Filter><Prefix>gone</Prefix></Filter>
<Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>30000</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>
XML
check "a rule whose span is far longer is no matter" bucket plan "$b" --at "$at" -o far.plan
fresh lifecycle
write a/kept one
write b/kept one
s3 lifecycle "$b" - >/dev/null <<'XML'
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Rule><ID>one-day</ID><Filter><Prefix>a/</Prefix></Filter>
<Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>
XML
at=$(now)
erase a/kept
write b/kept two
refused "what a lifecycle rule may have removed" 5 'may have been removed.*lifecycle rule "one-day".*--accept-gaps' "$b" --at '3d ago'
check "not where the rule does not reach" bucket plan "$b" --at '3d ago' --prefix b/ -o reach.plan
check "within its span it warns of what is due" \
  exits 0 'lifecycle rule "one-day" may remove versions that this plan needs within a day.*1 object' \
  bucket plan "$b" --at "$at" -o due.plan
check "--accept-gaps lists what cannot be known" exits 3 'unknown +1 .*a/kept: no version as old' \
  bucket plan "$b" --at '3d ago' --accept-gaps --hide-newer -o gaps.plan
check "and hides it never" is "$(steps gaps.plan)" 'unknown "a/kept" 0
hide "b/kept" 0'

# ---- Without versioning --------------------------------------------------------------------------
b=plain-$$-$RANDOM
s3 make-bucket "$b"
write first was
write second was
refused "a bucket that never had versioning" 5 'Versioning of bucket .* is Disabled.*--allow-destructive-unversioned' "$b" --at '0s ago'
s3 versioning "$b" Enabled >/dev/null
at=$(now)
erase first
write third new
refused "a moment at which nothing proves versioning" 5 'Nothing proves that versioning was enabled.*--accept-gaps' "$b" --at "$at"
check "--accept-gaps brings back what is old enough" exits 3 'reveal +1 .*unknown +1 ' \
  bucket plan "$b" --at "$at" --accept-gaps --hide-newer -o null.plan
check "and leaves alone what may have been there" is "$(steps null.plan)" 'reveal "first" 1
unknown "third" 0'
write fourth one
at=$(now)
s3 versioning "$b" Suspended >/dev/null
write fourth two
write second two
refused "a bucket whose versioning is suspended" 5 'is Suspended' "$b" --at "$at"
s3 versioning "$b" Enabled >/dev/null
refused "what was overwritten while it was suspended" 5 'past of some keys is not whole.*1 object, such as second.*1 object' "$b" --at "$at"
check "--accept-gaps takes the newest that is left, and says that this is doubtful" \
  exits 3 'doubtful' bucket plan "$b" --at "$at" --accept-gaps -o doubtful.plan
check "and lists what is lost" is "$(steps doubtful.plan)" 'copy "fourth" 0
unknown "second" 0'
check "the plan says it beside the key" is "$(jq -r 'select(.key == "fourth") | .why | length > 0' doubtful.plan)" true
check "and counts it" is "$(total doubtful.plan doubtful)" 1

# A version without an ID as the source of its own end.
fresh suspended
s3 versioning "$b" Suspended >/dev/null
write only was
at=$(now)
s3 versioning "$b" Enabled >/dev/null
write only new
s3 versioning "$b" Suspended >/dev/null
check "an override never makes a version without an ID its own source" \
  exits 3 'unreachable +1 .*overwrite its own source' \
  bucket plan "$b" --at "$at" --allow-destructive-unversioned --accept-gaps -o source.plan

# ---- Long histories ------------------------------------------------------------------------------
fresh long
write many 0
at=$(now)
for i in $(seq 30); do
  write many "$i"
  erase many
done
write zz was
check "many versions and markers of one key, page by page" bucket plan "$b" --at "$at" -o long.plan
check "are one step" is "$(steps long.plan)" 'copy "many" 0'

# ---- Blows ---------------------------------------------------------------------------------------
held_or_over() {
  grep -q ^held server.out || not kill -0 "$program" 2>/dev/null
}
# at_each_request SIGNAL CODE: struck at each request in turn, a plan ends with that code and leaves no file.
at_each_request() {
  local n=0 code held=yes
  while [ -n "$held" ]; do
    n=$((n + 1))
    serve <<END
upstream $SEEDBANK_S3_ENDPOINT
hold $n
END
    bucket plan "$b" --at "$at" -o blow.plan --endpoint "$url" >screen 2>&1 &
    program=$!
    wait_for 60 held_or_over || return 1
    held=$(grep ^held server.out)
    [ -z "$held" ] || pkill "-$1" -P "$program" seedbank-bucket || return 1
    wait "$program"
    code=$?
    kill "$server"
    wait "$server"
    [ -z "$held" ] || { is $code "$2" && is "$(find . -name 'blow*')" ""; } || { cat screen; return 1; }
  done
  is $code 0 && [ $n -gt 5 ] && rm blow.plan
}
check "Ctrl-C at each request" at_each_request INT 130
check "kill -9 at each request" at_each_request KILL 137

# ---- Replication ---------------------------------------------------------------------------------
use_server rgw-replication
fresh source
source=$b
fresh target
target=$b
b=$source
write in/deleted was
write out/deleted was
s3 replication "$b" - >/dev/null <<XML
<ReplicationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Role></Role><Rule><ID>to-target</ID><Priority>1</Priority>
<Status>Enabled</Status><Filter><Prefix>in/</Prefix></Filter><DeleteMarkerReplication><Status>Disabled</Status></DeleteMarkerReplication>
<Destination><Bucket>arn:aws:s3:::$target</Bucket></Destination></Rule></ReplicationConfiguration>
XML
at=$(now)
erase in/deleted
erase out/deleted
check "where a rule replicates, a copy stands in for a reveal" exits 0 'not replicated .rule "to-target"' \
  bucket plan "$b" --at "$at" -o replica.plan
check "and only there" is "$(steps replica.plan)" 'copy "in/deleted" 0
reveal "out/deleted" 1'
