# shellcheck shell=bash
# seedbank-bucket plan and restore --to: a moment of one bucket brought into another, or into a folder of it, with
# metadata and tags; what the target has already; others who write into it; a kill in the middle; taking it back.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

# shown BUCKET [PREFIX]: what a reader of it sees: key without the prefix, size and ETag
shown() {
  local prefix=${2:-}
  s3 versions "$1" "$prefix" | awk -F '\t' -v n=$((${#prefix} + 1)) \
    '$3 == "latest" && $4 == "version" {print substr($1, n), $5, $6}'
}
versions() {
  s3 versions "$1" | awk -F '\t' '$4 == "version"' | wc -l
}
# dressed KEY TEXT: in $b, with metadata and tags
dressed() {
  curl -sSf -X PUT --data-binary @- -H 'Content-Type: text/x-poem' -H 'Cache-Control: max-age=7' -H 'Content-Language: de' \
    -H 'x-amz-meta-who: somebody' -H 'x-amz-tagging: course=demo&year=2026' \
    "$(s3 presign "$b" PUT "$1" 600)" <<<"$2" >/dev/null
}
# dress BUCKET KEY [VERSION]: what it has beside its content
dress() {
  s3 head "$@" | grep -Ei '^(content-type|cache-control|content-language|x-amz-meta)' | sort
  s3 tags "$@" | sort
}

fresh target
t=$b
fresh source
dressed poem 'first words'
write courses/1 one
write courses/2 two
write 'odd &+%/ü' odd
write erased 'will be erased'
write other/1 other
was=$(s3 versions "$b" poem | awk -F '\t' '{print $2}')
at=$(now)
good=$(shown "$b")
dressed_was=$(dress "$b" poem "$was")
write poem bad
write courses/1 bad
erase erased
erase courses/2
write born later
before=$(s3 versions "$b")

check "an object with metadata and tags" says 'x-amz-meta-who: somebody.*course=demo&year=2026' "$dressed_was"
check "a plan into another bucket" exits 0 "into $t.*copy +6 .*copy the right version into the target" \
  bucket plan "$b" --at "$at" --to "$t" -o to.plan
check "nothing is there: that is its condition" is "$(jq -r 'select(.step) | .latest // "none"' to.plan | sort -u)" none
check "the plan says where to" is "$(head -n 1 to.plan | jq -r .to)" "$t"
check "apply" exits 0 "Restored 6 objects of bucket $b to $at into $t" bucket apply to.plan
check "the target is as the bucket was" is "$(shown "$t")" "$good"
check "with its metadata and tags" is "$(dress "$t" poem)" "$dressed_was"
check "verify by the plan" exits 0 "Verified: 6 objects" bucket verify "$b" --plan to.plan
check "verify by the history" exits 0 "Verified: 6 objects" bucket verify "$b" --at "$at" --to "$t"
check "the bucket itself is as before" is "$(s3 versions "$b")" "$before"
after=$(s3 versions "$t")
check "a second apply does nothing" exits 0 'carried out already' bucket apply to.plan
check "a new plan finds all there" exits 0 'unchanged +6 .*the target has it already.*nothing to do' \
  bucket plan "$b" --at "$at" --to "$t" -o again.plan
check "and nothing was changed" is "$(s3 versions "$t")" "$after"
check "undo" exits 0 "Took back 6 objects of bucket $t" bucket undo to.plan
check "the target is as before" is "$(s3 versions "$t")" ""

# ---- A target that has something -----------------------------------------------------------------
b2=$b b=$t
write in/courses/1 one
write in/courses/2 'something else'
write in/erased 'to be hidden'
erase in/erased
write in/mine 'not of this bucket'
write outside 'not in this folder'
b=$b2
before=$(shown "$t" | sort)
check "into a folder: what it has already is unchanged, what is beside it is left alone" exits 0 \
  'beside it +1 .*left alone.*unchanged +1 ' bucket plan "$b" --at "$at" --to "$t/in" -o in.plan
check "what is written over is its condition" is \
  "$(jq -r 'select(.key == "courses/2") | .latest' in.plan)" "$(s3 versions "$t" in/courses/2 | cut -f 2)"
check "a delete marker, too" is \
  "$(jq -r 'select(.key == "erased") | .latest' in.plan)" "$(s3 versions "$t" in/erased | sed -n 1p | cut -f 2)"
check "apply" exits 0 "Restored 5 objects .* into $t/in" bucket apply in.plan
check "the folder is as the bucket was, and has what was beside it" is \
  "$(shown "$t" in/ | grep -v '^mine ')" "$good"
check "what is outside is as before" is "$(s3 get "$t" outside)" 'not in this folder'
check "undo" exits 0 'Took back 5 objects' bucket undo in.plan
check "as before" is "$(shown "$t" | sort)" "$before"
check "only some keys" exits 0 'copy +1 ' bucket plan "$b" --at "$at" --to "$t/some" --prefix courses/ --exclude courses/1 -o some.plan

# ---- Others at work ------------------------------------------------------------------------------
bucket plan "$b" --at "$at" --to "$t/race" -o race.plan >/dev/null
b2=$b b=$t
write race/courses/1 'written by somebody else'
b=$b2
check "a key that somebody made in the target is a conflict" exits 3 'conflict +courses/1: changed since.*Restored 5 objects' \
  bucket apply race.plan
check "theirs stays" is "$(s3 get "$t" race/courses/1)" 'written by somebody else'
check "verify finds it" exits 4 'differs +(race/)?courses/1' bucket verify "$b" --plan race.plan
check "undo leaves it, too" exits 0 'Took back 5 objects' bucket undo race.plan
check "theirs stays" is "$(shown "$t" race/ | cut -d ' ' -f 1)" courses/1

# ---- The bucket itself ---------------------------------------------------------------------------
check "into a folder of the bucket itself" exits 0 'Note: the target lies in the bucket itself' \
  bucket plan "$b" --at "$at" --to "$b/restored/" -o self.plan
check "apply" exits 0 'Restored 6 objects' bucket apply self.plan
check "the folder is as the bucket was" is "$(shown "$b" restored/)" "$good"
check "verify by the plan" exits 0 "Verified: 6 objects" bucket verify "$b" --plan self.plan
check "the next plan does not plan its own output" exits 0 'unchanged +6 .*nothing to do' \
  bucket plan "$b" --at "$at" --to "$b/restored" -o self2.plan
check "nor does one of now" exits 0 'unchanged +1 .*beside it|beside it.*unchanged' \
  bucket plan "$b" --at "$(now)" --to "$b/restored" -o self3.plan
check "it is not among its steps" is "$(jq -r 'select(.step) | .key' self3.plan | grep -c restored)" 0

# ---- In one go -----------------------------------------------------------------------------------
check "restore --to" exits 0 "Restored 6 objects.*Verified: 6 objects" bucket restore "$b" --at "$at" --to "$t/go" --yes -o go.plan
check "the folder is as the bucket was" is "$(shown "$t" go/)" "$good"

# ---- Refused -------------------------------------------------------------------------------------
check "the bucket itself" exits 2 'is the bucket itself' bucket plan "$b" --at "$at" --to "$b" -o no.plan
check "a prefix within the target" exits 2 'lies within --to' bucket plan "$b" --at "$at" --to "$b/x" --prefix x/y -o no.plan
check "--hide-newer" exits 2 'does not go with --to' bucket plan "$b" --at "$at" --to "$t" --hide-newer -o no.plan
check "no such bucket" exits 6 'There is no bucket nobody-has-this' bucket plan "$b" --at "$at" --to nobody-has-this -o no.plan
check "no place" exits 2 'is not BUCKET or BUCKET/PREFIX' bucket plan "$b" --at "$at" --to s3://x -o no.plan
s3 make-bucket "$t-plain"
check "a target without versioning" exits 5 'target bucket .* is .*--allow-destructive-unversioned' \
  bucket plan "$b" --at "$at" --to "$t-plain" -o no.plan
check "unless it is allowed" exits 0 'copy +6 ' \
  bucket plan "$b" --at "$at" --to "$t-plain" --allow-destructive-unversioned -o plain.plan
check "apply asks again" exits 5 "Versioning of bucket $t-plain is" bucket apply plain.plan
check "and does it" exits 0 'Restored 6 objects' bucket apply plain.plan --allow-destructive-unversioned
check "as it was" is "$(shown "$t-plain")" "$good"
s3 versioning "$t" Suspended >/dev/null
check "a target whose versioning was suspended since" exits 5 'is Suspended' bucket apply some.plan
s3 versioning "$t" Enabled >/dev/null
s3 versioning "$b" Suspended >/dev/null
check "the source may be in any state" exits 0 'Restored 1 object' bucket apply some.plan
check "for a plan, too" exits 0 'copy +6 ' bucket plan "$b" --at "$at" --to "$t/sus" -o sus.plan
s3 versioning "$b" Enabled >/dev/null

# ---- Killed --------------------------------------------------------------------------------------
fresh killed
for i in $(seq 60); do
  write "k/$i" "was $i"
done
at=$(now)
good=$(shown "$b")
for i in $(seq 60); do
  erase "k/$i"
done
fresh_source=$b
fresh killed-target
t=$b b=$fresh_source
bucket plan "$b" --at "$at" --to "$t" --shards 2 -o killed.plan >/dev/null
for i in 0 1; do
  "$SEEDBANK_BIN/seedbank-bucket" apply killed.plan --shard $i --max-requests-per-second 10 >/dev/null 2>&1 &
  pids[i]=$!
done
some_made() {
  [ "$(cat killed.plan.*.journal | grep -c '"did":"made"')" -ge 8 ]
}
check "two processes are under way" wait_for 30 some_made
kill -9 "${pids[@]}"
wait "${pids[@]}" 2>/dev/null
check "the same plan goes on" exits 0 'Restored .* into' bucket apply killed.plan
check "the target is as the bucket was" is "$(shown "$t")" "$good"
check "nothing was done twice" is "$(versions "$t")" 60
check "undo" exits 0 'Took back 60 objects' bucket undo killed.plan
check "the target is as before" is "$(versions "$t")" 0
