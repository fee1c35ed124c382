# shellcheck shell=bash
# seedbank-bucket copy --versions: a history in another bucket, and any moment of it there, as in the source.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
# shellcheck source=tests/helpers/copy.sh
. "$SEEDBANK_ROOT/tests/helpers/copy.sh"

all=.seedbank/history/all.ndjson

# remember: the moment, and what a reader of $src sees now
moments=()
declare -A seen
remember() {
  local t
  t=$(now)
  moments+=("$t")
  seen[$t]=$(objects "$src")
}
# state BUCKET PLAN: what the plan says that was there, beside what is there already
# history BUCKET: its versions and markers, but for IDs, times and our own: key, kind, size, ETag, oldest last
history() {
  s3 versions "$1" | awk -F '\t' '!/^\.seedbank\// {print $1, $4, $5, $6}'
}
# lines FILE: of the manifest: key, version, marker or not, whether it is there
lines() {
  s3 get "$dst" "$all" | jq -c 'select(.place)'
}

# ---- A history ------------------------------------------------------------------------------------
pair history
write same 'the same'
write gone 'deleted later'
write 'odd %/a+b ü
x' odd
write 'a//b' 1
put_with "$src" rich 'rich text' 'Content-Type: text/x-rich' 'Cache-Control: no-store' 'x-amz-meta-owner: me' 'x-amz-tagging: a=1&b=two'
remember
write same 'the same'
write 'a//b' 2
erase gone
erase 'odd %/a+b ü
x'
remember
write 'a//b' ''
write gone 'there again'
put_with "$src" rich 'richer text' 'Content-Type: text/x-richer' 'x-amz-meta-owner: you' 'x-amz-tagging: c=3'
remember
for i in $(seq 30); do
  write "many/$i" "content $i"
done
remember

check "a dry run says what would be done" exits 0 'to be carried: 4[0-9] versions .* and 2 delete markers of 35 objects.*Nothing was written' \
  bucket copy "$src" "$dst" --versions --dry-run
check "and does nothing" is "$(s3 versions "$dst")" ''
check "the history is carried" exits 0 "Carried 4[0-9] versions .* and 2 delete markers; history until .* in $dst/$all" \
  bucket copy "$src" "$dst" --versions
check "it is the same" is "$(history "$dst")" "$(history "$src")"
check "what is kept beside the bytes came along" is "$(beside "$dst" rich)" "$(beside "$src" rich)"
check "tags, too" is "$(s3 tags "$dst" rich)" "$(s3 tags "$src" rich)"
check "the manifest names every version" is "$(lines | jq -r '.version' | sort)" "$(s3 versions "$src" | cut -f 2 | sort)"
check "and its copy" is "$(lines | jq -r '.destination' | sort)" "$(s3 versions "$dst" | grep -v '^.seedbank' | cut -f 2 | sort)"
check "a second run has nothing to do" exits 0 'Carried 0 versions .* and 0 delete markers' bucket copy "$src" "$dst" --versions
check "and carries nothing" is "$(history "$dst")" "$(history "$src")"

# ---- Any moment ----------------------------------------------------------------------------------
# steps_of BUCKET TIME FILE: the plan's steps, but for what differs in a copy
steps_of() {
  rm -f "$3"
  bucket plan "$1" --at "$2" -o "$3" --hide-newer >/dev/null || return
  jq -cS 'select(.step) | [.step, .key // .key_url, .size, .etag, .modified]' "$3"
}
each_moment() { # NAME
  local t
  for t in "${moments[@]}"; do
    check "$1: the plan of $t is that of the source" is "$(steps_of "$dst" "$t" dst.plan || echo "failed: $?")" \
      "$(steps_of "$src" "$t" src.plan)"
  done
}
each_moment "first run"

# ---- The next night ------------------------------------------------------------------------------
write same 'another one'
write 'a//b' 3
write 'a//b' 4
erase many/7
erase rich
write new 'born on the second day'
remember
sleep 1 # a history ends with a whole second
check "what is new is carried" exits 0 'with the history until .*to be carried: 4 versions .* and 2 delete markers of 5 objects.*Carried 4 versions' \
  bucket copy "$src" "$dst" --versions
check "it is the same again" is "$(history "$dst")" "$(history "$src")"
check "the manifest before it is its older version" is "$(s3 versions "$dst" "$all" | wc -l)" 3
each_moment "second run"
check "audit tells whose history it is" exits 0 "the history of $src at .*times are those of the source" bucket audit "$dst"
check "verify knows the source's times" exits 0 'Verified' bucket verify "$dst" --at "${moments[-1]}"

# What happened in the source happened at the same times in the copy.
events() {
  bucket audit "$1" --json | jq -c 'select(.event == "histogram" or .event == "loss" or .event == "bin")'
}
check "audit shows the same losses and writes" is "$(events "$dst")" "$(events "$src")"

# ---- Restored in place, in the copy ----------------------------------------------------------------
each_return() { # NAME: there and back
  local t before
  before=$(objects "$dst")
  for t in "${moments[@]}"; do
    rm -f r.plan r.plan.journal
    check "$1: the copy goes back to $t" exits 0 'Verified' bucket restore "$dst" --at "$t" --hide-newer --yes -o r.plan
    check "it is as the source was then" is "$(objects "$dst")" "${seen[$t]}"
    check "verify by the history says so, too" exits 0 'Verified' bucket verify "$dst" --at "$t" --exact
    check "undo" exits 0 'Took back|nothing to do' bucket undo r.plan
    check "it is as before" is "$(objects "$dst")" "$before"
  done
}
known=$(lines)
each_return "in place"
check "nothing of it is in the manifest" is "$(lines)" "$known"

# ---- What nobody knows the time of ------------------------------------------------------------------
check "the next run knows what restores left" exits 0 'versions? there already' bucket copy "$src" "$dst" --versions
check "it shows what the source shows" is "$(objects "$dst")" "$(objects "$src")"
sleep 1
later=$(now)
s3 put "$dst" same - <<<'written into the copy' >/dev/null
check "a moment behind the history is refused for a key that was written in the copy" \
  exits 5 'does not tell all.* 1 object .*same.*--accept-gaps' bucket plan "$dst" --at "$later" -o f.plan
check "with --accept-gaps it is unknown" exits 3 'unknown +1 ' bucket plan "$dst" --at "$later" -o f.plan --accept-gaps
check "verify refuses it" exits 5 'does not tell all' bucket verify "$dst" --at "$later"
check "audit refuses it" exits 5 'does not tell all' bucket audit "$dst"
check "until --accept-gaps" exits 0 'live' bucket audit "$dst" --accept-gaps
t=${moments[1]}
check "a moment of the history is not" exits 0 'Verified' bucket restore "$dst" --at "$t" --hide-newer --yes -o g.plan
check "the copy goes back to it all the same" is "$(objects "$dst")" "${seen[$t]}"
check "what it did is taken back" exits 0 'Took back' bucket undo g.plan
check "to what was written" is "$(s3 get "$dst" same)" 'written into the copy'
check "the next run brings the copy back to the source" exits 0 '1 object of the destination would be overwritten' bucket copy "$src" "$dst" --versions
check "it shows what the source shows" is "$(objects "$dst")" "$(objects "$src")"
each_return "after something foreign"
check "nothing is purged there" exits 5 'remove a part of it for good' bucket plan "$dst" --at "$t" --purge-newer -o p.plan

# ---- A damaged manifest ----------------------------------------------------------------------------
s3 get "$dst" "$all" >whole
rm -f d.plan
head -c 5000 whole | s3 put "$dst" "$all" - >/dev/null
for command in "plan $dst --at $t -o d.plan" "audit $dst" "verify $dst --at $t" "copy $src $dst --versions"; do
  # shellcheck disable=SC2086 # words
  check "a torn manifest is refused: ${command%% *}" exits 5 'is no whole history manifest' bucket $command
done
sed '2s/"place":[0-9]*/"place":9/' whole | s3 put "$dst" "$all" - >/dev/null
check "a changed one, too" exits 5 'changed after it was written' bucket plan "$dst" --at "$t" -o d.plan
s3 put "$dst" "$all" whole >/dev/null
check "the whole one is read again" exits 0 '' bucket plan "$dst" --at "$t" -o d.plan

# ---- Killed ----------------------------------------------------------------------------------------
pair killed
write other 'of one version'
for i in $(seq 12); do # one after the other: while a request is held, nothing goes on
  write deep "content $i"
done
erase deep
write deep 'there again'
at=$(now)
shown=$(objects "$src")
sleep 1
for n in 16 13 13; do
  [ "$(s3 versions "$dst" | wc -l)" -lt 6 ] || break # the rest would end before it is held
  serve <<<"upstream $SEEDBANK_S3_ENDPOINT
hold $n"
  SEEDBANK_S3_ENDPOINT=$url "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst" --versions >killed.out 2>&1 &
  program=$!
  wait_for 30 grep -q '^held ' server.out
  kill -9 $program
  wait $program 2>/dev/null
  kill "$server"
done
left=$(s3 versions "$dst" | wc -l)
check "after the kills there is something" test "$left" -gt 0
check "and no manifest" is "$(s3 versions "$dst" "$all")" ''
check "the same command goes on" exits 0 "$left versions? there already" bucket copy "$src" "$dst" --versions
check "nothing is there twice" is "$(history "$dst")" "$(history "$src")"
check "and it is proven as of the past" exits 0 'Verified' bucket verify "$dst" --at "$at" --exact
check "as it was" is "$(objects "$dst")" "$shown"

# ---- The source is not always what it was -------------------------------------------------------------
pair changing
write reveal 'hidden, and shown again'
write removed 'older'
write removed 'newer'
for i in $(seq 8); do
  write "k/$i" "$i"
done
erase reveal
remember_now() {
  at=$(now)
  shown=$(objects "$src")
}
remember_now
first=$at shown_first=$shown
sleep 1
check "carried" exits 0 'Carried' bucket copy "$src" "$dst" --versions
marker=$(s3 versions "$src" reveal | awk -F '\t' '$4 == "marker" {print $2}')
version=$(s3 versions "$src" removed | awk -F '\t' '$3 == "latest" {print $2}')
s3 delete "$src" reveal "$marker" >/dev/null
s3 delete "$src" removed "$version" >/dev/null
check "what the source lost on top is not on top in the copy" exits 0 'Carried 2 versions' bucket copy "$src" "$dst" --versions
check "it shows what the source shows" is "$(objects "$dst")" "$(objects "$src")"
check "and knows what the source has forgotten" exits 0 'Verified' bucket restore "$dst" --at "$first" --hide-newer --yes -o first.plan
check "as it was" is "$(objects "$dst")" "$shown_first"
bucket undo first.plan >/dev/null
# Versions without an ID, in the middle of it
s3 versioning "$src" Suspended >/dev/null
write k/1 'without an ID'
write k/2 'without an ID'
remember_now
null=$at shown_null=$shown
sleep 1
check "versions without an ID are carried" exits 0 'Carried 2 versions.*Versioning of the source .* is Suspended' bucket copy "$src" "$dst" --versions
write k/1 'in its place'
s3 versioning "$src" Enabled >/dev/null
write k/2 'with one again'
remember_now
sleep 1
check "what takes their place, too" exits 0 'Carried 2 versions' bucket copy "$src" "$dst" --versions
check "the copy has what the source has lost" is "$(s3 versions "$dst" k/1 | wc -l)" 3
check "the moment in between is doubtful there as in the source" exits 5 'doubtful for 2 objects' bucket plan "$dst" --at "$first" -o n.plan
check "what it shows is what the source shows" is "$(objects "$dst")" "$shown"
check "with --accept-gaps the copy goes further back than the source" exits 0 'Verified' \
  bucket restore "$dst" --at "$null" --accept-gaps --yes -o n.plan
check "to what the source has no more" is "$(objects "$dst")" "$shown_null"
bucket undo n.plan >/dev/null
s3 versions "$src" k/8 | while IFS=$'\t' read -r key version _; do s3 delete "$src" "$key" "$version"; done >/dev/null
check "what the source has lost altogether stays" exits 0 'Carried 0 versions' bucket copy "$src" "$dst" --versions
check "and shows" s3 get "$dst" k/8
check "until --delete, which hides it" exits 0 'Carried 0 versions .* and 1 delete marker;' bucket copy "$src" "$dst" --versions --delete
check "as in the source" is "$(objects "$dst")" "$(objects "$src")"

# ---- Refused ---------------------------------------------------------------------------------------
for i in $(seq 8); do
  erase "k/$i"
done
check "an accident in the source is not carried" exits 5 'More than 20 %' bucket copy "$src" "$dst" --versions
check "unless it is meant" exits 0 'Carried 0 versions .* and 8 delete markers' bucket copy "$src" "$dst" --versions --max-change 100
erase reveal
erase removed
check "nor a source that was emptied" exits 5 'lists nothing' bucket copy "$src" "$dst" --versions --max-change 100
s3 make-bucket "bare-$$" >/dev/null
check "a destination without versioning, whatever is said" exits 5 'can only be kept where it is Enabled. Nothing overrides' \
  bucket copy "$src" "bare-$$" --versions --allow-destructive-unversioned
fresh other
write x 1
check "a place that holds another history" exits 5 "history of $src at" bucket copy "$b" "$dst" --versions
check "a folder within it" exits 5 'overlaps' bucket copy "$b" "$dst/folder" --versions
check "prefixes are folders here" exits 2 'BUCKET/PREFIX' bucket copy "$b" "$dst" --versions --prefix x

# ---- A folder into a folder, and a bucket that is made ------------------------------------------------
write in/a 1
write in/a 2
write out/a 3
at=$(now)
sleep 1
check "a folder into a folder" exits 0 'Carried 2 versions' bucket copy "$b/in" "$dst-f/to" --versions --create
check "has its manifest beside it" s3 get "$dst-f" .seedbank/history/to%2F.ndjson
s3 put "$dst-f" aside - <<<'of its own' >/dev/null
write in/a 4
check "the next run" exits 0 'Carried 1 version ' bucket copy "$b/in" "$dst-f/to" --versions --max-change 100
check "the whole bucket goes back by both times" exits 0 'Verified' bucket restore "$dst-f" --at "$at" --yes -o f2.plan
check "the copy by the source's" is "$(s3 get "$dst-f" to/a)" 2

# ---- From the copy to another bucket, and between two servers -----------------------------------------
pair streamed
write a 1
write b 1
write gone 1
at=$(now)
shown=$(objects "$src")
write a 2
erase gone
sleep 1
# The same server by another name is another server: the bytes go through the program.
url=${SEEDBANK_S3_ENDPOINT/127.0.0.1/localhost}
other() {
  env SEEDBANK_SRC_S3_ENDPOINT="$url" SEEDBANK_SRC_S3_ACCESS_KEY="$SEEDBANK_S3_ACCESS_KEY" \
    SEEDBANK_SRC_S3_SECRET_KEY="$SEEDBANK_S3_SECRET_KEY" "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst" --versions "$@"
}
check "from one server to another" exits 0 'Carried 4 versions .* and 1 delete marker;' other
check "it is the same" is "$(history "$dst")" "$(history "$src")"
check "the manifest has the SHA-256 of what went through" is "$(lines | jq -r 'select(.key == "a" and .place == 1) | .sha256')" \
  "$(printf 1 | sha256sum | cut -d ' ' -f 1)"
fresh to
check "a plan of the copy restores to another bucket" exits 0 'Verified' \
  bucket restore "$dst" --at "$at" --to "$b" --yes -o to.plan
check "as the source was then" is "$(objects "$b")" "$shown"
