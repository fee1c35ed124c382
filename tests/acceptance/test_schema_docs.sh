# What docs/ says of every attribute is what the tool sees in the provider's schema, and nothing else.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

docs=$SEEDBANK_ROOT/docs

config </dev/null
check "init" tf init
read_schema() {
  "$TOOL" providers schema -json </dev/null | jq -e '.provider_schemas["terraform.local/grove/seedbank"]' >schema.json
}
check "providers schema" read_schema

# Both sides as lines of PAGE, PATH, GROUP, TYPE AND MARKS, between tabs.
from_schema() {
  jq -r '
    def type_name:
      if type == "array" then {list: "List of ", set: "Set of ", map: "Map of ", object: "Object", tuple: "Tuple"}[.[0]]
        + (if .[0] == "object" or .[0] == "tuple" then "" else .[1] | type_name end)
      else {string: "String", bool: "Boolean", number: "Number", dynamic: "Dynamic"}[.] end;
    def nested_name: {single: "Attributes", list: "Attributes List", set: "Attributes Set", map: "Attributes Map"}[.];
    def marks: (if .sensitive then ", Sensitive" else "" end) + (if .deprecated then ", Deprecated" else "" end) +
      (if .write_only then ", Write-only" else "" end);
    def group: if .required then "Required" elif .optional then "Optional" else "Read-Only" end;
    def lines($prefix): to_entries[] | ($prefix + .key) as $path | .value |
      [$path, group, (if .nested_type then .nested_type.nesting_mode | nested_name else .type | type_name end) + marks],
      (.nested_type | select(. != null) | .attributes | lines($path + "."));
    def pages($kind): (. // {}) | to_entries[] | {page: ($kind + (.key | sub("^seedbank_"; ""))), value};
    ({page: "index", value: .provider},
     (.resource_schemas | pages("resources/")),
     (.data_source_schemas | pages("data-sources/"))) |
    .page as $page | .value.block | (.attributes // {}) | lines("") | [$page] + . | @tsv
  ' schema.json
}
# from_docs [IDENTITY [FOLDER]]: attributes below "## Schema"; with the first argument those of identities.
from_docs() {
  (cd "${2:-$docs}" && find index.md resources data-sources -name '*.md' | sort | xargs awk -v identity="${1:-}" '
    FNR == 1 { page = FILENAME; sub(/\.md$/, "", page); inside = 0 }
    /^##* / { prefix = "" }
    /^## / { inside = identity == "" && $0 == "## Schema" }
    /^### Identity Schema$/ { inside = identity != "" }
    /^###* Nested Schema for `/ { prefix = $0; sub(/^[^`]*`/, "", prefix); sub(/`.*/, ".", prefix) }
    /^#* ?(Required|Optional|Read-Only):?$/ { group = $0; gsub(/[# :]/, "", group) }
    inside && /^- `/ {
      line = $0
      sub(/\[Write-only\]\([^)]*\)/, "Write-only", line)
      name = line; sub(/^- `/, "", name); sub(/`.*/, "", name)
      kind = line; sub(/^[^(]*\(/, "", kind); sub(/\).*/, "", kind)
      print page "\t" prefix name "\t" group "\t" kind
    }')
}

identity_from_schema() {
  jq -r '(.resource_identity_schemas // {}) | to_entries[] | "resources/\(.key | sub("^seedbank_"; ""))" as $page |
    .value.attributes | to_entries[] |
    [$page, .key, (if .value.required_for_import then "Required" else "Optional" end),
     ({string: "String", bool: "Boolean", number: "Number"}[.value.type | tostring] // "?")] | @tsv' schema.json
}
# The pages that must be there: one for each thing that the provider has.
pages_of_schema() {
  echo index.md
  jq -r '{resource_schemas: "resources", data_source_schemas: "data-sources", functions: "functions",
    ephemeral_resource_schemas: "ephemeral-resources", list_resource_schemas: "list-resources", action_schemas: "actions"}
    as $folders | to_entries[] | $folders[.key] as $folder | select($folder) |
    .value | keys[] | "\($folder)/\(sub("^seedbank_"; "")).md"' schema.json
}
pages_of_docs() {
  (cd "$docs" && find . -name '*.md' ! -path './development/*' ! -path './guides/*' | sed 's|^\./||')
}
# same LEFT RIGHT: two commands print the same lines, in whatever order, and at least one.
same() {
  diff <("$1" | sort) <("$2" | sort) && [ -n "$("$1")" ]
}
check "each thing has its page, and each page its thing" same pages_of_schema pages_of_docs
check "docs and schema have the same attributes, groups, types and marks" same from_schema from_docs
check "no blocks: everything is an attribute" is \
  "$(jq '[.. | objects | select(has("block_types"))] | length' schema.json)" 0
identity_from_docs() {
  from_docs identity
}
if [ "$(jq 'has("resource_identity_schemas")' schema.json)" = true ]; then
  check "docs and schema have the same identities" same identity_from_schema identity_from_docs
fi
described() {
  is "$(jq -r '[.. | objects | select(has("description_kind")) | select((.description // "") == "")] | length' schema.json)" 0
}
check "every attribute has a description" described

# The comparison must see each kind of difference.
# sees SED FILE: after that edit of a page the two sides differ.
sees() {
  rm -rf copy
  cp -r "$docs" copy
  sed -i "$1" "copy/$2"
  not diff -q "copy/$2" "$docs/$2" >/dev/null && not diff <(from_schema | sort) <(from_docs "" copy | sort)
}
check "an attribute too many is seen" sees 's/^- `bucket` .*/&\n- `other` (String) Other./' resources/bucket_versioning.md
check "a missing nested attribute is seen" sees '/^- `region`/d' index.md
check "a wrong type is seen" sees '/^- `max_retries`/s/Number/String/' index.md
check "a missing mark is seen" sees '/^- `secret_key`/s/, Sensitive//' index.md
check "a wrong group is seen" sees 's/^### Read-Only/### Optional/' resources/bucket_versioning.md
check "a nested schema elsewhere is seen" sees 's/^### Nested Schema for `timeouts`/### Nested Schema for `other`/' resources/bucket_versioning.md
