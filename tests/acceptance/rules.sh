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

# imports_rule ARGUMENTS: the rule ours, which says that. It is in the state afterwards.
imports_rule() {
  one "$1"
  imports "seedbank_$resource.a" "$bucket/ours" "bucket = \"$bucket\", rule_id = \"ours\"" \
    "$bucket/no-such-rule"
  check "import once more" tf import -input=false "seedbank_$resource.a" "$bucket/ours"
}
