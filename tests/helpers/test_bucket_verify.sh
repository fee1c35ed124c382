# shellcheck shell=bash
# seedbank-bucket verify: against another bucket, here and at another server; against the past of another bucket; by
# a manifest. What it proves, what it finds, and what it says that it cannot prove.
# servers: rgw minio
# needs: boto3
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
python=$("$SEEDBANK_ROOT/tools/boto3") || exit 1
mib=1048576

# put BUCKET KEY FILE [PART_SIZE [ARGUMENTS]]
put() {
  "$python" "$SEEDBANK_ROOT/tests/helpers/put.py" "$@"
}
# text BUCKET KEY TEXT
text() {
  printf '%s' "$3" | s3 put "$1" "$2" - >/dev/null
}
# event NAME FILTER COMMAND...: what jq finds in the events of that name, one a line
event() {
  local name=$1 filter=$2
  shift 2
  "$@" --json | jq -cr "select(.event == \"$name\") | $filter"
}
# result COMMAND...: fine, different, unproven, newer, read by reading
result() {
  event verified '[.fine, .different, .unproven, .newer, .read]' "$@"
}

# ---- Against another bucket ----------------------------------------------------------------------
fresh source
source=$b
fresh copy
copy=$b

head -c $((12 * mib)) /dev/urandom >twelve
cp twelve flipped
printf 'X' | dd of=flipped bs=1 seek=$((6 * mib)) conv=notrunc status=none
head -c $((70 * mib)) /dev/zero >seventy

for key in plain a/b 'odd +%2F😀' 'a!' a/ 'a//b' $'new\nline' .hidden zero; do
  text "$source" "$key" "content of ${key#zero}"
  text "$copy" "$key" "content of ${key#zero}"
done
text "$source" empty ''
text "$copy" empty ''
check "equal by ETags, keys of every kind in order" is "$(result bucket verify "$source" --against "$copy")" '[10,0,0,0,0]'
check "in words" exits 0 "Verified: 10 objects of bucket $copy are as in $source.*contents alone; --deep" \
  bucket verify "$source" --against "$copy"

check "nothing on either side proves nothing" exits 6 'nothing to compare.*--prefix' \
  bucket verify "$source" --against "$copy" --prefix mistyped/

put "$source" parts twelve $((5 * mib))
put "$copy" parts twelve $((6 * mib))
put "$source" whole twelve
put "$copy" whole twelve $((8 * mib))
put "$source" one twelve $((12 * mib))
put "$copy" one twelve
check "parts of other sizes, and parts against a whole, by reading" is \
  "$(result bucket verify "$source" --against "$copy")" '[13,0,0,0,3]'

put "$source" flipped twelve $((5 * mib))
put "$copy" flipped flipped $((6 * mib))
check "one byte of the same size differs" exits 4 'differs +flipped: other content.*Not verified: 1 object ' \
  bucket verify "$source" --against "$copy"
check "the way back is as sure" exits 4 'differs +flipped: other content' bucket verify "$copy" --against "$source"
s3 delete "$source" flipped && s3 delete "$copy" flipped

put "$source" seventy seventy $((16 * mib))
put "$copy" seventy seventy
in_little_memory() {
  "$SEEDBANK_ROOT/build/release/tests/tools/measure" used "$SEEDBANK_BIN/seedbank-bucket" "$@" &&
    awk '$2 > 40 * 1024 { print "it took " $2 " KiB"; exit 1 }' used
}
check "a large object is read in little memory" in_little_memory verify "$source" --against "$copy" --prefix seventy
s3 delete "$source" seventy && s3 delete "$copy" seventy

text "$source" missing 'never copied'
text "$copy" extra 'not in the source'
text "$source" size 12345
text "$copy" size 1234
check "what is missing and what has another size differ; what is extra is counted" exits 4 \
  'differs +missing: it is not there.*differs +size: what is there has another size.*Not verified: 2 objects.*1 object that the source does not have' \
  bucket verify "$source" --against "$copy"
check "--exact takes what is extra for a difference" exits 4 'differs +extra: it is not in the source.*Not verified: 3 objects' \
  bucket verify "$source" --against "$copy" --exact
check "differences are told in the order of the keys" is \
  "$(event difference .key bucket verify "$source" --against "$copy" --exact | paste -sd' ')" 'extra missing size'
check "a prefix limits it" exits 0 'Verified: 1 object ' bucket verify "$source" --against "$copy" --prefix plain
check "so does --exclude" exits 0 'Verified: 13 objects' \
  bucket verify "$source" --against "$copy" --exclude missing --exclude size

# ---- How old -------------------------------------------------------------------------------------
check "--max-age lets pass what was written just now" exits 0 \
  '2 objects changed at the source since, and not copied yet.*the oldest change that is not there is of' \
  bucket verify "$source" --against "$copy" --max-age 1h
sleep 2
check "and not what is older" exits 4 'differs +missing.*the oldest change that is not there is of .*: [0-9]+ s ago' \
  bucket verify "$source" --against "$copy" --max-age 1s
s3 delete "$source" missing && s3 delete "$source" size && s3 delete "$copy" size && s3 delete "$copy" extra
check "a source that did not change is never too old" exits 0 'Verified: 13 objects' \
  bucket verify "$source" --against "$copy" --max-age 1s
check "--max-age is for --against" exits 2 'max-age is for --against' bucket verify "$source" --at 1m\ ago --max-age 1h

# ---- Beside the content --------------------------------------------------------------------------
printf same >same
put "$source" meta same 0 '{"ContentType": "text/x", "Metadata": {"who": "me"}, "Tagging": "a=1"}'
put "$copy" meta same 0 '{"ContentType": "text/x", "Metadata": {"who": "me"}, "Tagging": "a=1"}'
put "$source" meta-other same 0 '{"ContentType": "text/x", "Metadata": {"who": "me"}, "Tagging": "a=1", "CacheControl": "no-store"}'
put "$copy" meta-other same 0 '{"ContentType": "text/y", "Metadata": {"who": "you"}, "Tagging": "a=2"}'
check "without --deep metadata does not count" exits 0 'Verified: 15 objects' bucket verify "$source" --against "$copy"
check "--deep reads all, and names what differs beside the content" exits 4 \
  'differs +meta-other: the same content, but not: content-type, cache-control, x-amz-meta-who, tags.*Not verified: 1 object .*14 objects as in the source.*all of them read, metadata and tags' \
  bucket verify "$source" --against "$copy" --deep
s3 delete "$source" meta-other && s3 delete "$copy" meta-other

# ---- What cannot be read -------------------------------------------------------------------------
put "$source" closed twelve $((5 * mib))
put "$copy" closed twelve $((6 * mib))
"$python" "$SEEDBANK_ROOT/tests/acceptance/boto.py" s3 put_bucket_policy "$(jq -n --arg b "$copy" '{Bucket: $b, Policy: ({
  Version: "2012-10-17", Statement: [{Effect: "Deny", Principal: "*", Action: ["s3:GetObject", "s3:GetObjectVersion"],
  Resource: ["arn:aws:s3:::\($b)/closed"]}]} | tojson)}')" >/dev/null
check "what may not be read is not proven: neither different nor fine" exits 4 \
  'unproven +closed: the one in copy.* may not be read.*Not proven: nothing can tell whether 1 object .*14 objects as in the source' \
  bucket verify "$source" --against "$copy"
check "counted by itself" is "$(result bucket verify "$source" --against "$copy")" '[14,0,1,0,3]'
check "and no manifest is written of it" exits 4 'No manifest was written' \
  bucket verify "$source" --against "$copy" --manifest-out closed.manifest
check "none is there" not test -e closed.manifest
s3 delete "$source" closed && s3 delete "$copy" closed

# ---- In a folder ---------------------------------------------------------------------------------
fresh folder
folder=$b
for key in 1 2 x/3; do
  text "$folder" "here/$key" "text $key"
  text "$folder" "daily/there/$key" "text $key"
done
text "$folder" here-not "another folder"
check "one folder against another" exits 0 'Verified: 3 objects of folder.*/daily/there are as in folder.*/here' \
  bucket verify "$folder/here" --against "$folder/daily/there"
check "a place against itself proves nothing" exits 2 'names what BUCKET names' \
  bucket verify "$folder/here" --against "$folder/here/"
check "no bucket" exits 6 'There is no bucket' bucket verify "$folder" --against "no-such-$folder"

# ---- The past of one bucket in another -----------------------------------------------------------
fresh past
past=$b
write keep as-it-was
write gone was-there
put "$past" big twelve $((5 * mib))
at=$(now)
good=$past-then
s3 make-bucket "$good"
text "$good" keep as-it-was
text "$good" gone was-there
put "$good" big twelve
write keep overwritten
erase gone
write born later
check "--at and --to: another bucket is what this one was" exits 0 \
  "Verified: 3 objects of bucket $good are as $past was at $at.*1 object compared by reading" bucket verify "$past" --at "$at" --to "$good"
text "$good" born later
check "what was born later is counted there, too" exits 0 '1 object born later' bucket verify "$past" --at "$at" --to "$good"
check "--exact makes it a difference" exits 4 'differs +born' bucket verify "$past" --at "$at" --to "$good" --exact
text "$good" gone 'was THERE'
check "other content is found" exits 4 'differs +gone: other content' bucket verify "$past" --at "$at" --to "$good"
check "--deep reads what has not changed" exits 0 'Verified: 2 objects.*compared by reading' \
  bucket verify "$past" --at "$(now)" --deep --prefix b
check "--to is for --at and --plan" exits 2 'to is for --at and --plan' bucket verify "$past" --against "$good" --to "$good"

bucket plan "$past" --at "$at" --to "$past/then" -o into.plan >/dev/null
check "before the plan is carried out" exits 4 'differs +big: it is not there.*Not verified: 3 objects of past.*/then are not as past' \
  bucket verify "$past" --plan into.plan
bucket apply into.plan >/dev/null
check "by a plan with --to: a folder of the same bucket" exits 0 'Verified: 3 objects of past.*/then are as past.* was at' \
  bucket verify "$past" --plan into.plan
check "by its time, deep" exits 0 'Verified: 3 objects of past.*/then are.*metadata and tags' \
  bucket verify "$past" --at "$at" --to "$past/then" --deep
check "a plan for another place" exits 5 'is for another place' bucket verify "$past" --plan into.plan --to "$good"
write then/keep 'changed since'
check "what changed there is found" exits 4 'differs +keep: what is there has another size' bucket verify "$past" --plan into.plan

# ---- By a manifest -------------------------------------------------------------------------------
fresh listed
listed=$b
for key in a 'b c' $'odd\001\n' 'z/1'; do
  write "$key" "text of $key"
done
put "$listed" big twelve $((5 * mib))
check "a manifest of a bucket as it is" exits 0 'Verified: 5 objects .*Written to one.manifest: 5 objects, 12.0 MiB' \
  bucket verify "$listed" --manifest-out one.manifest
check "it has key, version, size and SHA-256" is \
  "$(jq -c 'select(.key == "big") | [.version != null, .size, .sha256]' one.manifest)" \
  "[true,$((12 * mib)),\"$(sha256sum <twelve | cut -d' ' -f1)\"]"
check "and any key" is "$(jq -c 'select(.size) | .key // .key_url' one.manifest | wc -l)" 5
check "it is not written over" exits 1 'Cannot write the manifest one.manifest' \
  bucket verify "$listed" --manifest-out one.manifest
check "the bucket is as in it" is "$(result bucket verify "$listed" --manifest one.manifest)" '[5,0,0,0,0]'
check "--deep reads everything" is "$(result bucket verify "$listed" --manifest one.manifest --deep)" '[5,0,0,0,5]'
write a "text of a"
check "another version of the same content is the same" is \
  "$(result bucket verify "$listed" --manifest one.manifest)" '[5,0,0,0,1]'
write 'b c' 'text of b d'
erase z/1
write born later
check "what differs is found" exits 4 'differs +b c: other content.*differs +z/1: a delete marker hides it.*Not verified: 2 .*1 object born later' \
  bucket verify "$listed" --manifest one.manifest
check "a manifest while verifying by one, where all is proven" exits 0 'Written to two.manifest: 1 object' \
  bucket verify "$listed" --manifest one.manifest --prefix a --manifest-out two.manifest
check "a copy is held against it, too" exits 4 'differs +a: it is not there' bucket verify "$copy" --manifest one.manifest
sed 's/"size":12582912/"size":12582913/' one.manifest >changed.manifest
check "a changed manifest proves nothing" exits 1 'changed.manifest is no whole manifest' \
  bucket verify "$listed" --manifest changed.manifest
head -n 3 one.manifest >cut.manifest
check "nor does one that was cut" exits 1 'cut.manifest is no whole manifest' bucket verify "$listed" --manifest cut.manifest
check "nor one that is not there" exits 6 'There is no manifest none' bucket verify "$listed" --manifest none
check "one thing to compare with" exits 2 'Exactly one of --plan' bucket verify "$listed" --manifest one.manifest --at 1m\ ago

fresh unversioned-verify
plain=${b}-plain
s3 make-bucket "$plain"
text "$plain" a one
bucket verify "$plain" --manifest-out plain.manifest >/dev/null
text "$plain" a two
check "a bucket without versions: the same ID is no proof" exits 4 'differs +a: other content' \
  bucket verify "$plain" --manifest plain.manifest

# ---- At another server ---------------------------------------------------------------------------
fresh between
here=$b
for key in a 'b +%2F' c/d $'new\nline'; do
  text "$here" "$key" "text of $key"
done
put "$here" big twelve $((5 * mib))
put "$here" meta same 0 '{"ContentType": "text/x", "Metadata": {"who": "me"}, "Tagging": "a=1"}'
export SEEDBANK_AGAINST_S3_ENDPOINT SEEDBANK_AGAINST_S3_REGION SEEDBANK_AGAINST_S3_ACCESS_KEY SEEDBANK_AGAINST_S3_SECRET_KEY
bucket verify "$here" --manifest-out here.manifest >/dev/null
use_server minio
SEEDBANK_AGAINST_S3_ENDPOINT=$SEEDBANK_S3_ENDPOINT SEEDBANK_AGAINST_S3_REGION=$SEEDBANK_S3_REGION
SEEDBANK_AGAINST_S3_ACCESS_KEY=$SEEDBANK_S3_ACCESS_KEY SEEDBANK_AGAINST_S3_SECRET_KEY=$SEEDBANK_S3_SECRET_KEY
there=$here-minio
s3 make-bucket "$there"
for key in a 'b +%2F' c/d $'new\nline'; do
  text "$there" "$key" "text of $key"
done
put "$there" big twelve $((6 * mib))
put "$there" meta same 0 '{"ContentType": "text/x", "Metadata": {"who": "me"}, "Tagging": "a=1"}'
check "RGW's manifest against MinIO" is "$(result bucket verify "$there" --manifest "$PWD/here.manifest")" '[6,0,0,0,6]'
use_server rgw
check "RGW against MinIO" is "$(result bucket verify "$here" --against "$there")" '[6,0,0,0,1]'
check "RGW against MinIO, deep" exits 0 'Verified: 6 objects' bucket verify "$here" --against "$there" --deep
check "the state of now, too" exits 0 'Verified: 6 objects' bucket verify "$here" --at "$(now)" --to "$there"
use_server minio
put "$there" meta same 0 '{"ContentType": "text/x", "Metadata": {"who": "you"}}'
use_server rgw
check "metadata and tags that differ there" exits 4 'differs +meta: the same content, but not: x-amz-meta-who, tags' \
  bucket verify "$here" --against "$there" --deep
