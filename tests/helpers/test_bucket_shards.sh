# shellcheck shell=bash
# seedbank-bucket plan --shards, apply --shard: a plan carried out by several processes at once, of which one is
# killed; and --max-requests-per-second, with which it is slow enough to be killed in the middle.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"

# shown: what a reader of $b sees: key, size and ETag
shown() {
  s3 versions "$b" | awk -F '\t' '$3 == "latest" && $4 == "version" {print $1, $5, $6}' | md5sum
}
# lines WORD FILE: how many lines of that journal say that something was so
lines() {
  grep -c "\"did\":\"$1\"" "$2"
}
# some_done FILE N
some_done() {
  [ "$(lines made "$1" 2>/dev/null)" -ge "$2" ]
}

fresh shards
for i in $(seq 120); do
  write "k/$i" "was $i"
done
at=$(now)
good=$(shown)
for i in $(seq 120); do
  write "k/$i" bad
done
for i in $(seq 10); do
  erase "k/$i"
done
before=$(shown)

check "a plan in four pieces" exits 0 'Next, for each I of 0 to 3, at once if you like: seedbank-bucket apply four.plan --shard I' \
  bucket plan "$b" --at "$at" --shards 4 -o four.plan
check "each has as many steps" is "$(jq -c 'select(.end) | .shards | map(.[2])' four.plan)" '[0,30,60,90,120]'
check "there is no fifth" exits 2 'has no piece 4.*called 0 to 3' bucket apply four.plan --shard 4
check "nor one without a number" exits 2 'has no piece one' bucket apply four.plan --shard one
check "more pieces than anybody needs" exits 2 '1000 at most' bucket plan "$b" --at "$at" --shards 1001 -o many.plan

# Piece 2 is slow, and killed in the middle.
"$SEEDBANK_BIN/seedbank-bucket" apply four.plan --shard 2 --max-requests-per-second 8 >2.out 2>&1 &
slow=$!
for i in 0 1 3; do
  bucket apply four.plan --shard $i >$i.out 2>&1 &
  pids[i]=$!
done
check "piece 2 is under way" wait_for 30 some_done four.plan.2.journal 5
check "by one process at a time" exits 1 'is in use' bucket apply four.plan --shard 2
kill -9 $slow
wait $slow 2>/dev/null
for i in 0 1 3; do
  wait "${pids[i]}"
  check "piece $i ended" is $? 0
  check "with its own 30 objects" says 'Restored 30 objects.*undo four.plan --shard '$i "$(cat $i.out)"
done
ended=$(lines 'done' four.plan.2.journal)
check "piece 2 had not ended" test "$ended" -lt 30
check "verify of the whole plan finds what is missing" exits 4 'Not verified' bucket verify "$b" --plan four.plan
check "piece 2 goes on" exits 0 'To take it back: seedbank-bucket undo four.plan --shard 2' bucket apply four.plan --shard 2
check "all is as it was" is "$(shown)" "$good"
check "nothing was done twice" is "$(s3 versions "$b" | awk '$4 == "version"' | wc -l)" 360
check "each step is done once" is "$(cat four.plan.*.journal | grep '"did":"done"' | jq .n | sort -n | uniq | wc -l)" 120
check "verify of the whole plan" exits 0 'Verified: 120 objects' bucket verify "$b" --plan four.plan
check "without --shard: it was all done" exits 0 'was carried out already' bucket apply four.plan
check "a piece alone: the same" exits 0 'Piece 1 of the plan four.plan was carried out already' bucket apply four.plan --shard 1

check "one piece is taken back" exits 0 'Took back 30 objects' bucket undo four.plan --shard 0
check "it is not applied again" exits 5 'was taken back' bucket apply four.plan --shard 0
check "then the others" exits 0 'Took back 90 objects' bucket undo four.plan
check "as before" is "$(shown)" "$before"
check "and no more" exits 0 'taken back already' bucket undo four.plan

# One process can do it all, whatever others did of it.
bucket plan "$b" --at "$at" --shards 200 -o many.plan >/dev/null
check "more pieces than steps: some are empty" exits 0 'has no step that does something' bucket apply many.plan --shard 0
check "one of them" exits 0 'Restored 1 object' bucket apply many.plan --shard 199
check "all the others by one process" exits 0 'Restored 119 objects' bucket apply many.plan
check "all is as it was" is "$(shown)" "$good"
cp many.plan.199.journal many.plan.6.journal
check "a journal of another piece" exits 1 'this piece of it, has no such step' bucket apply many.plan --shard 6

# ---- --max-requests-per-second -------------------------------------------------------------------
bucket plan "$b" --at "$at" --no-probe -o none.plan >/dev/null
for i in $(seq 40); do
  write "k/$i" 'bad again'
done
begin=$(date +%s%3N)
check "a bound on requests" exits 0 'plan .*--max-requests-per-second|Next: seedbank-bucket apply slow.plan --max-requests-per-second 20' \
  bucket plan "$b" --at "$at" --max-requests-per-second 20 -o slow.plan
took=$(($(date +%s%3N) - begin))
check "40 questions and the listing take two seconds at 20 a second, but for a burst ($took ms)" test $took -ge 1500
