# shellcheck shell=bash
# seedbank-bucket restore, apply, undo, verify: the accidents that happen, brought back, proven and taken back;
# and what is refused. Kills, cuts and third parties are the matter of test_bucket_blows.sh.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

# shown: what a reader of $b sees: key, size and ETag
shown() {
  s3 versions "$b" | awk -F '\t' '$3 == "latest" && $4 == "version" {print $1, $5, $6}'
}
# entries: how many versions and markers $b has
entries() {
  s3 versions "$b" | wc -l
}
# done_in FILE: the steps that its journal calls done
done_in() {
  grep -c '"did":"done"' "$1.journal"
}

# ---- The accidents -------------------------------------------------------------------------------
# accident NAME: restores $b to $at, verifies, takes back, and brings it back again
accident() {
  local before after
  before=$(shown)
  check "$1: restore" exits 0 "To take it back: seedbank-bucket undo '?$1.plan.*Verified: .* as at $at" \
    bucket restore "$b" --at "$at" --yes -o "$1.plan"
  check "$1: it is as it was" is "$(shown)" "$good"
  check "$1: verify by the plan" exits 0 'Verified' bucket verify "$b" --plan "$1.plan"
  check "$1: verify by the history" exits 0 'Verified' bucket verify "$b" --at "$at"
  after=$(s3 versions "$b")
  check "$1: a second apply does nothing" exits 0 'carried out already: nothing to do' bucket apply "$1.plan"
  check "$1: and changed nothing" is "$(s3 versions "$b")" "$after"
  check "$1: undo" exits 0 'Took back' bucket undo "$1.plan"
  check "$1: it is as before" is "$(shown)" "$before"
  after=$(s3 versions "$b")
  check "$1: a second undo does nothing" exits 0 'taken back already: nothing to do' bucket undo "$1.plan"
  check "$1: and changed nothing" is "$(s3 versions "$b")" "$after"
  check "$1: what was taken back is not applied" exits 5 'was taken back' bucket apply "$1.plan"
  check "$1: a new plan restores it again" bucket restore "$b" --at "$at" --yes -o "$1 again.plan"
  check "$1: it is as it was" is "$(shown)" "$good"
}

fresh file
write report.pdf contents
write other text
at=$(now)
good=$(shown)
erase report.pdf
accident file
check "a deleted file leaves no trace of the accident" is "$(entries)" 2

fresh prefix
for i in $(seq 30); do
  write "courses/demo/$i.png" "picture $i"
done
write courses/other/1.png 'another'
at=$(now)
good=$(shown)
for i in $(seq 30); do
  erase "courses/demo/$i.png"
done
accident prefix

fresh deploy
for i in $(seq 10); do
  write "static/$i.js" "good $i"
done
at=$(now)
good=$(shown)
for i in $(seq 10); do
  write "static/$i.js" "bad $i"
done
erase static/3.js
write static/new.js 'born with the bad deploy'
good="$good
static/new.js 24 $(shown | sed -n 's/^static.new.js 24 //p')"
good=$(sort <<<"$good")
accident_sorted() {
  shown | sort
}
check "deploy: restore" bucket restore "$b" --at "$at" --yes -o deploy.plan
check "deploy: it is as it was, and what was born later stays" is "$(accident_sorted)" "$good"
check "deploy: verify says what was born later" exits 0 '1 object born later' bucket verify "$b" --at "$at"
check "deploy: --exact takes it for a difference" exits 4 'differs +static/new.js' bucket verify "$b" --at "$at" --exact
check "deploy: --hide-newer hides it" exits 0 'born later: hidden by a delete marker' \
  bucket restore "$b" --at "$at" --yes --hide-newer -o hide.plan
check "deploy: verify --exact" exits 0 Verified bucket verify "$b" --at "$at" --exact

fresh mass
for i in $(seq 60); do
  write "media/$i" "a picture that somebody needs $i"
done
at=$(now)
good=$(shown)
for i in $(seq 60); do
  write "media/$i" 'ENCRYPTED, pay'
done
check "mass: verify lists what differs" exits 4 'differs +media/1: .*and more; --json lists all.*Not verified: 60 objects' \
  bucket verify "$b" --at "$at"
accident mass
check "mass: events for programs" is \
  "$(bucket verify "$b" --at "$at" --json | jq -c 'select(.event == "verified") | [.fine, .different]')" '[60,0]'

# ---- Others at work ------------------------------------------------------------------------------
fresh conflict
write mine was
write theirs was
at=$(now)
write mine bad
write theirs bad
bucket plan "$b" --at "$at" -o conflict.plan >/dev/null
write theirs 'mended by hand'
check "a key that changed since the plan is left and listed" exits 3 'conflict +theirs: changed since.*Restored 1 object' \
  bucket apply conflict.plan
check "it holds what they wrote" is "$(s3 get "$b" theirs)" 'mended by hand'
check "the other one is as it was" is "$(s3 get "$b" mine)" was
check "a second apply still says so" exits 3 '1 object were left' bucket apply conflict.plan
check "verify finds it" exits 4 'differs +theirs' bucket verify "$b" --plan conflict.plan
write mine 'changed after the restore'
check "undo leaves what changed since" exits 3 'conflict +mine: changed since' bucket undo conflict.plan
check "it holds what they wrote" is "$(s3 get "$b" mine)" 'changed after the restore'

fresh expired
write a was
at=$(now)
write a bad
bucket plan "$b" --at "$at" -o expired.plan >/dev/null
s3 delete "$b" a "$(jq -r 'select(.key == "a") | .version' expired.plan)"
check "a wanted version that is gone is a conflict" exits 3 'conflict +a: the wanted version is not there' bucket apply expired.plan

# ---- What is refused -----------------------------------------------------------------------------
fresh refused
write a was
at=$(now)
write a bad
bucket plan "$b" --at "$at" -o refused.plan >/dev/null
s3 versioning "$b" Suspended >/dev/null
check "a bucket whose versioning was suspended" exits 5 'Versioning of bucket .* is Suspended' bucket apply refused.plan
check "is not written" is "$(s3 get "$b" a)" bad
s3 versioning "$b" Enabled >/dev/null
check "another endpoint" exits 5 'is for another server' bucket apply refused.plan --endpoint http://127.0.0.1:1
check "the same endpoint" exits 0 'Restored 1 object' bucket apply refused.plan --endpoint "$SEEDBANK_S3_ENDPOINT/"
s3 versioning "$b" Suspended >/dev/null
check "undo refuses a suspended bucket, too" exits 5 'is Suspended' bucket undo refused.plan
s3 versioning "$b" Enabled >/dev/null
sed 's/"key":"a"/"key":"b"/' refused.plan >changed.plan
check "a plan that was changed" exits 1 'is no whole plan.*changed after it was written' bucket apply changed.plan
check "no plan" exits 6 'There is no plan' bucket apply none.plan
check "a plan of another bucket" exits 5 'is for another bucket' bucket verify other --plan refused.plan
cp refused.plan.journal conflict.plan.journal
check "a journal of another plan" exits 1 'does not fit the plan' bucket apply conflict.plan
check "verify wants a plan or a time" exits 2 'Exactly one of --plan' bucket verify "$b"
check "restore asks, and there is nobody" exits 1 'no terminal to ask on.*--yes' bucket restore "$b" --at "$at" -o ask.plan

fresh purge
write a was
at=$(now)
write a bad
write a worse
bucket plan "$b" --at "$at" --purge-newer -o purge.plan >/dev/null
check "a plan that deletes versions needs a word more" exits 5 'deletes versions.*--yes-delete-versions' bucket apply purge.plan
check "nothing was removed" is "$(entries)" 3
check "with it, it is carried out" exits 0 'cannot be taken back' bucket apply purge.plan --yes-delete-versions
check "the newer versions are gone for good" is "$(entries) $(s3 get "$b" a)" "1 was"
check "and it is not taken back" exits 5 'cannot be taken back' bucket undo purge.plan

# ---- The journal ---------------------------------------------------------------------------------
fresh journal
for i in $(seq 40); do
  write "k/$i" was
done
at=$(now)
good=$(shown)
for i in $(seq 40); do
  write "k/$i" bad
done
bucket plan "$b" --at "$at" -o journal.plan >/dev/null
full() {
  (ulimit -f 2 && bucket "$@")
}
check "a journal that finds no room stops the work" exits 1 'To go on: seedbank-bucket apply .*The journal .* is broken' full apply journal.plan
check "with room the same command goes on" exits 0 'Going on|Restored' bucket apply journal.plan
check "and all is as it was" is "$(shown)" "$good"
check "nothing was done twice" is "$(entries)" 120
check "each step is done once" is "$(done_in journal.plan)" 40
check "undo without room stops, too" exits 1 'broken' full undo journal.plan
check "and goes on" exits 0 'Took back|taken back' bucket undo journal.plan
check "as before" is "$(shown | awk '{print $2}' | sort -u)" 3
exec 9>>journal.plan.journal
flock -n 9
check "one run at a time" exits 1 'is in use' bucket undo journal.plan
exec 9>&-
