# What the tests of resources that are one rule of a bucket's document share. Sourced after lib.sh by
# a test that sets bucket, resource (bucket_retention), document, which is s3's word for it
# (lifecycle), root, its element (LifecycleConfiguration), and theirs, a rule of others of that ID.
# Such a test has a function `one ARGUMENTS`, which configures resource a: the rule ours of $bucket.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by who sources this

# replaces BUCKET RULE...: the whole document becomes these rules, as with another tool.
replaces() {
  local b=$1
  shift
  echo "<$root>$*</$root>" | s3 "$document" "$b" -
}
rules_are() { # BUCKET "ID ID ..."
  is "$(s3 "$document" "$1" | grep -o '<ID>[^<]*' | sed 's/<ID>//' | sort | tr '\n' ' ')" "$2 "
}
no_rules() { # BUCKET
  is "$(s3 "$document" "$1" | grep -c '<Rule>')" 0
}

# another_writer NEW OURS DRIFT: the rule ours is applied, and another tool replaces the document: by
# theirs and a rule `new`, then with another rule of our ID, which the plan shows as DRIFT.
another_writer() {
  replaces "$bucket" "$theirs" "$1"
  check "a vanished rule is found and explained" \
    says "1 to add.*Another program replaced the $document rules.*there now: (\"new\", \"theirs\"|\"theirs\", \"new\")" \
    "$(tf plan -input=false)"
  check "it is written again" apply
  check "beside those that came" rules_are "$bucket" "new ours theirs"
  replaces "$bucket" "$theirs" "$2"
  check "a changed rule is drift" says "$3" "$(tf plan -input=false)"
  check "drift is mended" apply
  check "the plan after it is empty" plan_empty
}

# adopts OTHER ARGUMENTS: a rule ours that others made is neither overwritten by an apply of OTHER,
# nor made again by one of ARGUMENTS, which say the same; it outlives on_destroy = "keep".
adopts() {
  local before
  before=$(s3 "$document" "$bucket")
  one "$1"
  check "another rule of that ID is not overwritten" \
    refuses "terraform import seedbank_$resource.NAME '$bucket/ours'" apply
  check "nothing was written" is "$(s3 "$document" "$bucket")" "$before"
  one "$2
  on_destroy = \"keep\""
  check "an equal one is adopted" apply
  check "destroy with keep" destroy
  check "keep leaves the rule" rules_are "$bucket" "ours theirs"
}

forget() {
  "$TOOL" state rm "seedbank_$resource.a" >/dev/null
}
# import_block LINES: one, applied.
import_block() {
  cat >import.tf <<TF
import {
  to = seedbank_$resource.a
  $1
}
TF
  forget
  says "1 imported, 0 added, 0 changed" "$(apply)"
}
# imports ARGUMENTS: the rule ours, which says that, in every way that there is. It is in the state
# afterwards.
imports() {
  one "$1"
  check "import by command" tf import -input=false "seedbank_$resource.a" "$bucket/ours"
  check "the plan after an import is empty" plan_empty
  check "import block" import_block "id = \"$bucket/ours\""
  check "the plan after an import block is empty" plan_empty
  if at_least 1.12; then
    check "import by identity" import_block "identity = {
    bucket  = \"$bucket\"
    rule_id = \"ours\"
  }"
    check "the plan after an import by identity is empty" plan_empty
  fi
  rm -f import.tf
  forget
  check "import of an unknown rule is refused" refuses "does ?n.t exist|Cannot import|non-existent" \
    tf import -input=false "seedbank_$resource.a" "$bucket/no-such-rule"
  check "import once more" tf import -input=false "seedbank_$resource.a" "$bucket/ours"
}
