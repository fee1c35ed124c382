# shellcheck shell=bash
# seedbank-bucket copy --create: a bucket that was deleted is made again, with its settings and from its copy.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
# shellcheck source=tests/helpers/copy.sh
. "$SEEDBANK_ROOT/tests/helpers/copy.sh"

fresh lost
lost=$b
fresh backup
backup=$b
b=$lost
for i in $(seq 8); do
  write "k/$i" "content $i"
done
put_with "$lost" rich text 'Content-Type: text/rich' 'x-amz-meta-a: b' 'x-amz-tagging: t=1'
s3 lifecycle "$lost" - <<'XML'
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Rule><ID>old</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>
<NoncurrentVersionExpiration><NoncurrentDays>365</NoncurrentDays></NoncurrentVersionExpiration></Rule>
<Rule><ID>asleep</ID><Filter><Prefix>tmp/</Prefix></Filter><Status>Disabled</Status>
<Expiration><Days>30</Days></Expiration></Rule>
</LifecycleConfiguration>
XML
check "its settings are saved while it lives" bucket audit "$lost" --save-config settings.json
check "it is copied" exits 0 'Copied 9 objects' bucket copy "$lost" "$backup"
good=$(objects "$lost")
rich=$(beside "$lost" rich)
s3 remove-bucket "$lost" --purge

check "the bucket is gone, and the ways back are told" exits 6 'There is no bucket' bucket audit "$lost"
check "copying back needs the word" exits 6 '--create' bucket copy "$backup" "$lost"
check "a dry run makes nothing" exits 0 'would be made.*new +9 objects' bucket copy "$backup" "$lost" --create --config settings.json --dry-run
check "so there is none" exits 6 'There is no bucket' bucket audit "$lost"
check "a file that is none is told" exits 1 'does not hold the settings of a bucket' bucket copy "$backup" "$lost" --create --config /proc/self/mounts
check "settings are for a new bucket" exits 2 'is for --create' bucket copy "$backup" "$lost" --config settings.json

# ---- Killed while it is made, and again ------------------------------------------------------------
for at in 2 4 6 8 10 12; do
  serve <<END
upstream $SEEDBANK_S3_ENDPOINT
hold $at
END
  SEEDBANK_S3_ENDPOINT=$url "$SEEDBANK_BIN/seedbank-bucket" copy "$backup" "$lost" --create --config settings.json >killed.out 2>&1 &
  program=$!
  wait_for 30 grep -q '^held ' server.out || cat killed.out
  kill -9 $program
  wait $program 2>/dev/null
  kill "$server"
done
check "rules that delete are asleep meanwhile" is "$(s3 lifecycle "$lost" | grep -o '<Status>[A-Za-z]*' | sort | uniq -c | tr -s ' ')" ' 2 <Status>Disabled'
check "the same command ends it, and wakes the rules" exits 0 'lifecycle rules act again' \
  bucket copy "$backup" "$lost" --create --config settings.json
check "every object is there" is "$(objects "$lost")" "$good"
check "with what is beside it" is "$(beside "$lost" rich)" "$rich"
check "versioning is on" is "$(s3 versioning "$lost")" Enabled
check "its lifecycle rules are what they were" is \
  "$(s3 lifecycle "$lost" | grep -oE '<ID>[a-z]*|<Status>[A-Za-z]*' | tr '\n' ' ')" "$(jq -r .documents.lifecycle settings.json | grep -oE '<ID>[a-z]*|<Status>[A-Za-z]*' | tr '\n' ' ')"
s3 lifecycle "$lost" - <<'XML'
<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">
<Rule><ID>mine</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Days>3650</Days></Expiration></Rule>
</LifecycleConfiguration>
XML
check "once more does nothing" exits 0 'nothing to do' bucket copy "$backup" "$lost" --create --config settings.json
check "not to what was set since, either" says '<ID>mine' "$(s3 lifecycle "$lost")"

# ---- What is not ours ------------------------------------------------------------------------------
fresh others
others=$b
write theirs theirs
check "a bucket with content of others is refused" exits 5 'exists, and is not empty.*Leave out --create' bucket copy "$backup" "$others" --create
check "and is what it was" is "$(objects "$others" | cut -d ' ' -f 1)" theirs
s3 make-bucket "empty-$$"
check "an empty one is taken" exits 0 'Copied 9 objects' bucket copy "$backup" "empty-$$" --create
check "and gets versioning" is "$(s3 versioning "empty-$$")" Enabled
check "without --config only that" exits 0 'Made bucket' bucket copy "$backup" "new-$$" --create
check "new ones are versioned" is "$(s3 versioning "new-$$")" Enabled

# ---- With a lock -----------------------------------------------------------------------------------
s3 make-bucket "locked-$$" --lock
s3 lock "locked-$$" GOVERNANCE 1 >/dev/null
bucket audit "locked-$$" --save-config locked.json >/dev/null
s3 remove-bucket "locked-$$"
check "a locked bucket is made with its lock" exits 0 'Made bucket' bucket copy "$backup" "locked-$$" --create --config locked.json
check "and its default retention" says 'GOVERNANCE' "$(s3 lock "locked-$$")"
check "what is copied is held by it" says GOVERNANCE "$(s3 head "locked-$$" rich)"
