# shellcheck shell=bash
# docs/guides/restore-a-bucket.md: each section's commands are run as they stand, on an accident of that kind. A
# section with commands that no test here knows fails.
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
guide=$SEEDBANK_ROOT/docs/guides/restore-a-bucket.md
export PATH=$SEEDBANK_BIN:$PATH BUCKET AT COPY HISTORY TARGET

# sections: those that have commands
sections() {
  awk '/^## / { title = substr($0, 4) } /^```sh$/ && !seen[title]++ { print title }' "$guide"
}
# run_section TITLE: its commands; they stop at the first that fails
run_section() {
  awk -v wanted="$1" '/^## / { at = substr($0, 4) == wanted } /^```sh$/ { inside = at; next } /^```$/ { inside = 0 } inside' \
    "$guide" >commands.sh
  bash -eu commands.sh
}
shown() {
  s3 versions "$b" | awk -F '\t' '!/^\.seedbank/ && $3 == "latest" && $4 == "version" {print $1, $5, $6}'
}
known=()
# section TITLE: its commands end well
section() {
  known+=("$1")
  check "$1" run_section "$1"
}

fresh copy
COPY=$b
fresh history
HISTORY=$b
fresh target
TARGET=$b
fresh guide
BUCKET=$b
for i in $(seq 15); do
  write "course/week-1/$i" "lesson $i"
  write "static/$i.js" "good $i"
done
good=$(shown)
sleep 1.1
AT=$(date -u +%Y-%m-%dT%H:%M:%SZ)
sleep 1.1

section "Before anything else"
section "What happened"
for i in $(seq 15); do
  erase "course/week-1/$i"
done
section "A file or a folder was deleted"
check "the folder is back" is "$(shown)" "$good"
for i in $(seq 15); do
  write "static/$i.js" "bad $i"
done
section "Overwritten by a bad deploy"
check "the deploy is gone" is "$(shown)" "$good"
section "It was interrupted, or killed"
section "In a pipeline"
section "It was the wrong moment"
check "the deploy is there again" is "$(s3 get "$b" static/3.js)" "bad 3"
for i in $(seq 15); do
  write "course/week-1/$i" "encrypted"
done
section "Into another bucket"
check "the folder is as the bucket was" is "$(b=$TARGET && shown | sed 's|^restored/||')" "$good"
section "Beyond one machine"
check "the whole bucket is back" is "$(shown)" "$good"
for i in $(seq 15); do
  write "course/week-1/$i" "encrypted"
done
section "Everything was overwritten"
check "the whole bucket is back" is "$(shown)" "$good"
section "The bucket itself is gone"
check "the settings are saved" jq -e .documents.versioning bucket-settings.json
section "A copy while it lives"
section "A copy with its history"
check "it has every version" is "$(s3 versions "$HISTORY" | grep -vc '^\.seedbank/')" "$(s3 versions "$BUCKET" | wc -l)"
section "Restored from a copy with its history"
section "Proving a copy"
check "the manifest names every object" is "$(jq -r 'select(.sha256 and .key) | .key' copy.manifest | wc -l)" "$(wc -l <<<"$good")"
s3 remove-bucket "$BUCKET" --purge
check "the bucket is gone" exits 6 'There is no bucket' bucket audit "$BUCKET"
section "The bucket is gone, but a copy is alive"
check "everything is back" is "$(shown)" "$good"
check "no section was left out" is "$(printf '%s\n' "${known[@]}" | sort)" "$(sections | sort)"
