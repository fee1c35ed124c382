# shellcheck shell=bash
# seedbank-bucket copy: a bucket in another one of the same server, and only what is missing; what is refused;
# a run that is killed and run again.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
# shellcheck source=tests/helpers/copy.sh
. "$SEEDBANK_ROOT/tests/helpers/copy.sh"

# ---- Whole, once ---------------------------------------------------------------------------------
pair plain
for i in $(seq 12); do
  write "k/$i" "content $i"
done
write 'a b+c%/ü' odd
write 'empty' ''
write 'deleted' gone
erase 'deleted'
put_with "$src" rich 'rich text' 'Content-Type: text/x-rich' 'Cache-Control: no-store' 'Content-Language: la' \
  'Content-Disposition: attachment; filename="r"' 'x-amz-meta-owner: me' 'x-amz-tagging: a=1&b=two'
head -c 20000000 /dev/urandom >large
s3 put "$src" large large >/dev/null
sleep 1.1 # a copy of the same second as its source is looked at more closely

check "a dry run says what would be done" exits 0 'new +16 objects.*new +k/12 .*Nothing was written: --dry-run' bucket copy "$src" "$dst" --dry-run
check "and does nothing" is "$(objects "$dst")" ''
check "all is copied, and proven" exits 0 'Copied 16 objects.*16 of them proven.*To verify: seedbank-bucket verify' bucket copy "$src" "$dst"
check "verify agrees" exits 0 'Verified' bucket verify "$src" --against "$dst" --deep
check "the same keys, sizes and ETags" is "$(objects "$dst")" "$(objects "$src")"
check "the same bytes" cmp large <(s3 get "$dst" large)
check "what is kept beside them, too" is "$(beside "$dst" rich)" "$(beside "$src" rich)"
check "tags, too" is "$(s3 tags "$dst" rich)" 'a=1&b=two'

# A second run: what it asks is counted between the program and the server.
writes() {
  grep -cE '^(PUT|POST|DELETE) ' server.out
}
serve <<<"upstream $SEEDBANK_S3_ENDPOINT"
check "a second run has nothing to do" exits 0 'same +16 objects.*There is nothing to do' \
  env SEEDBANK_S3_ENDPOINT="$url" "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst"
check "and writes nothing" is "$(writes)" 0
kill "$server"
check "it listed both, and asked for nothing else of the objects" is "$(grep -c '^HEAD' server.out)" 0

# ---- Only what is missing ------------------------------------------------------------------------
write k/3 'another content'
write k/new 'a new one'
s3 put "$dst" alone - <<<'in the destination alone' >/dev/null
check "changed and new ones are copied, nothing is deleted" exits 0 'changed +1 object .*extra +1 object .*Copied 2 objects' \
  bucket copy "$src" "$dst"
check "the new content is there" is "$(s3 get "$dst" k/3) $(s3 get "$dst" k/new)" 'another content a new one'
check "the old one is in the history" is "$(s3 versions "$dst" k/3 | grep -c version)" 2
check "what the destination alone has stays" s3 get "$dst" alone
check "until --delete: by a delete marker" exits 0 'to be deleted.*1 object deleted, each by a delete marker' bucket copy "$src" "$dst" --delete
check "it is hidden, not gone" is "$(s3 versions "$dst" alone | cut -f 4 | tr '\n' ' ')" 'marker version '
put_with "$src" k/1 'content 1' 'Content-Type: text/new'
check "metadata that changed alone is noticed" exits 0 'changed +1 object ' bucket copy "$src" "$dst"
check "and copied" says 'text/new' "$(beside "$dst" k/1)"
check "events tell the same" is "$(bucket copy "$src" "$dst" --json | jq -r 'select(.event == "compare") | .same.objects')" 17

# ---- Places --------------------------------------------------------------------------------------
check "a folder into a folder" exits 0 'Copied 13 objects' bucket copy "$src/k" "$dst/x/y"
check "by its names" is "$(objects "$dst" x/y/ | sed 's|^x/y/||')" "$(objects "$src" k/ | sed 's|^k/||')"
check "prefixes and excludes are of names" exits 0 'Copied 3 objects' bucket copy "$src/k" "$dst/z" --prefix 1 --exclude 11
check "one place within the other is refused" exits 2 'overlap' bucket copy "$src" "$src/copy"
check "the same bucket, beside it, is not" bucket copy "$src/k" "$src/copy"
check "what is no place is told" exits 2 'Leave out s3://' bucket copy "s3://$src" "$dst"

# ---- Refused before anything is written ----------------------------------------------------------
pair guards
for i in $(seq 10); do
  write "$i" "good $i"
done
bucket copy "$src" "$dst" >/dev/null
before=$(s3 versions "$dst")
for i in 1 2 3; do
  write "$i" "encrypted $i"
done
check "too much would be overwritten" exits 5 'More than 20 % .*Of 10 objects in .*, 3 would be overwritten and 0 deleted.*--max-change' \
  bucket copy "$src" "$dst"
check "a dry run says so, too" exits 5 'More than 20 %' bucket copy "$src" "$dst" --dry-run
check "nothing was written" is "$(s3 versions "$dst")" "$before"
check "a share that is none is told" exits 2 'is no share' bucket copy "$src" "$dst" --max-change 120
check "a greater share is taken" exits 0 'Copied 3 objects' bucket copy "$src" "$dst" --max-change 30%
for i in 4 5 6; do
  erase "$i"
done
check "what is missing deletes nothing" exits 0 'nothing to do' bucket copy "$src" "$dst"
check "too much would be deleted" exits 5 '0 would be overwritten and 3 deleted' bucket copy "$src" "$dst" --delete
for i in $(seq 10); do
  erase "$i"
done
check "a source that was emptied is refused" exits 5 'lists nothing.*holds 10 objects.*--allow-empty-source' bucket copy "$src" "$dst"
check "with --delete even more" exits 5 'lists nothing' bucket copy "$src" "$dst" --delete --max-change 100
check "nothing was deleted" is "$(objects "$dst" | wc -l)" 10
check "unless it is meant" exits 0 '10 objects deleted' bucket copy "$src" "$dst" --delete --max-change 100 --allow-empty-source

pair unversioned
s3 make-bucket "plain-$$"
write one 1
write two 2
check "new objects go into an unversioned bucket" exits 0 'Copied 2 objects' bucket copy "$src" "plain-$$"
write one 'another'
check "but nothing is overwritten there" exits 5 'Versioning of bucket plain-.* is Disabled.*--allow-destructive-unversioned' \
  bucket copy "$src" "plain-$$" --max-change 100
erase two
check "or deleted" exits 5 'Versioning of bucket' bucket copy "$src" "plain-$$" --max-change 100 --delete
write two 2
check "it is as it was" is "$(s3 get "plain-$$" one)" 1
check "unless the loss is taken" exits 0 'Copied 1 object ' bucket copy "$src" "plain-$$" --max-change 100 --allow-destructive-unversioned
check "an unversioned bucket is a fine source" exits 0 'Copied 2 objects' bucket copy "plain-$$" "$dst"
check "a source that is none is told" exits 6 'There is no bucket' bucket copy "$src-none" "$dst"
check "a destination that is none is told, with the way to make it" exits 6 '--create' bucket copy "$src" "$dst-none"

# ---- Killed in the middle, and again ---------------------------------------------------------------
pair killed
for i in $(seq 200); do
  write "$i" "content $i"
done
for at in 5 20 30; do
  serve <<END
upstream $SEEDBANK_S3_ENDPOINT
hold $at
END
  SEEDBANK_S3_ENDPOINT=$url "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst" >killed.out 2>&1 &
  program=$!
  wait_for 30 grep -q '^held ' server.out
  kill -9 $program
  wait $program 2>/dev/null
  kill "$server"
done
check "after three kills there is something" test "$(objects "$dst" | wc -l)" -gt 0
check "and something is missing" test "$(objects "$dst" | wc -l)" -lt 200
bucket copy "$src" "$dst" >again.out
check "the same command does what is missing" says "Copied $((200 - $(sed -nE 's/^ +same +([0-9]+) .*/\1/p' again.out))) object" "$(cat again.out)"
check "all is there" is "$(objects "$dst")" "$(objects "$src")"
check "nothing twice" is "$(s3 versions "$dst" | wc -l)" 200

# ---- Stopped, throttled, refused again and again -----------------------------------------------------
pair stopped
for i in $(seq 110); do
  write "$i" "content $i"
done
serve <<END
upstream $SEEDBANK_S3_ENDPOINT
limit 60
END
env --default-signal=INT SEEDBANK_S3_ENDPOINT="$url" "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst" >stopped.out 2>&1 &
program=$!
wait_for 30 grep -q "^PUT /$dst" server.out
kill -INT $program
wait $program
check "Ctrl-C ends what is in flight" is $? 130
check "and says how to go on" says 'The same command again does what is missing' "$(cat stopped.out)"
some=$(objects "$dst" | wc -l)
check "nothing that was begun is cut off" not grep -q '^failed' stopped.out
check "a part of it is done" test "$some" -lt 110
check "throttling costs time and nothing else" exits 0 "same +$some objects.*Copied $((110 - some)) objects" \
  env SEEDBANK_S3_ENDPOINT="$url" "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst"
kill "$server"
check "all is there" is "$(objects "$dst")" "$(objects "$src")"

pair refused
b=$src
for i in $(seq 110); do
  write "$i" "content $i"
done
serve <<END
upstream $SEEDBANK_S3_ENDPOINT
any-order
step PUT /$dst/1*
  times any
  status 403
  body <Error><Code>AccessDenied</Code><Message>no</Message></Error>
step PUT *
  times any
  status 501
  body <Error><Code>NotImplemented</Code><Message>no</Message></Error>
END
check "what fails always is given up" exits 1 'failed +1.*AccessDenied.*100 keys failed one after the other' \
  env SEEDBANK_S3_ENDPOINT="$url" "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst"
kill "$server"
check "nothing is there" is "$(objects "$dst")" ''
serve <<END
upstream $SEEDBANK_S3_ENDPOINT
any-order
step PUT /$dst/7
  times any
  status 403
  body <Error><Code>AccessDenied</Code><Message>no</Message></Error>
END
check "one that fails does not stop the others" exits 3 'failed +7: .*Copied 109 objects.*1 object failed' \
  env SEEDBANK_S3_ENDPOINT="$url" "$SEEDBANK_BIN/seedbank-bucket" copy "$src" "$dst"
kill "$server"
check "the next run does it" exits 0 'Copied 1 object ' bucket copy "$src" "$dst"
