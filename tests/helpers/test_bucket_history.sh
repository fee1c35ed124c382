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
    check "undo" exits 0 'Took back' bucket undo r.plan
    check "it is as before" is "$(objects "$dst")" "$before"
  done
}
known=$(lines)
each_return "in place"
check "nothing of it is in the manifest" is "$(lines)" "$known"

# ---- What nobody knows the time of ------------------------------------------------------------------
sleep 1
later=$(now)
s3 put "$dst" same - <<<'written into the copy' >/dev/null
check "a moment behind the history is refused for a key that was written in the copy" \
  exits 5 'does not tell all.* 1 object .*same.*--accept-gaps' bucket plan "$dst" --at "$later" -o f.plan
check "with --accept-gaps it is unknown" exits 0 'unknown +1 ' bucket plan "$dst" --at "$later" -o f.plan --accept-gaps
check "verify refuses it" exits 5 'does not tell all' bucket verify "$dst" --at "$later"
check "audit refuses it" exits 5 'does not tell all' bucket audit "$dst"
check "until --accept-gaps" exits 0 'live' bucket audit "$dst" --accept-gaps
t=${moments[1]}
check "a moment of the history is not" exits 0 'Verified' bucket restore "$dst" --at "$t" --hide-newer --yes -o g.plan
check "the copy goes back to it all the same" is "$(objects "$dst")" "${seen[$t]}"
check "what it did is taken back" exits 0 'Took back' bucket undo g.plan
check "to what was written" is "$(s3 get "$dst" same)" 'written into the copy'
check "the next run brings the copy back to the source" exits 0 'would look different' bucket copy "$src" "$dst" --versions
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
for i in $(seq 5); do
  write "much" "content $i"
done
for i in $(seq 40); do
  write "k/$i" "first $i"
  write "k/$i" "second $i"
done
erase k/3
remember
at=${moments[-1]}
