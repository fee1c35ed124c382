# shellcheck shell=bash disable=SC2154
# The rows about lifecycle rules; sourced by tests/bench/run.
#
# Several resources read one document of a bucket. How often the server is asked for it is counted by
# a proxy before the server (tests/support/http_script.h), through which these workspaces talk.

# rules_workspace DIR RULES: versioning and so many rules on each of the 100 buckets
rules_workspace() {
  workspace "$1" <<TF
terraform {
  required_providers {
    seedbank = { source = "terraform.local/grove/seedbank" }
  }
}
provider "seedbank" {
  s3 = {
    endpoint         = "$proxy"
    region           = "$SEEDBANK_S3_REGION"
    access_key       = "$SEEDBANK_S3_ACCESS_KEY"
    secret_key       = "$SEEDBANK_S3_SECRET_KEY"
    force_path_style = true
  }
}
resource "seedbank_bucket_versioning" "b" {
  count  = 100
  bucket = "bench-\${count.index + 1}"
}
resource "seedbank_bucket_retention" "b" {
  count                         = 100 * $2
  bucket                        = "bench-\${count.index % 100 + 1}"
  rule_id                       = "rule-\${floor(count.index / 100)}"
  prefix                        = "part-\${floor(count.index / 100)}/"
  noncurrent_version_expiration = { days = 30 }
}
TF
}

rules_rows() {
  local before proxy_pid
  echo "upstream $SEEDBANK_S3_ENDPOINT" >"$work/proxy.script"
  build/release/tests/tools/fault_server "$work/proxy.script" >"$work/proxy.log" &
  proxy_pid=$!
  until grep -q ^http "$work/proxy.log"; do sleep 0.1; done
  proxy=$(sed -n 1p "$work/proxy.log")

  rules_workspace rules100 1
  plan rules100 seedbank
  row "CPU of a no-change plan, 100 x (versioning, rule)" "$cpu_ms" - ms -
  row "resident memory of that plan, maximum" "$rss_kb" - kB 32768
  rules_workspace rules500 4
  before=$(wc -l <"$work/proxy.log")
  plan rules500 seedbank
  row "requests of a plan of 500 on 100 buckets, maximum" \
    "$((($(wc -l <"$work/proxy.log") - before) / runs))" - "" 200
  row "resident memory of that plan, maximum" "$rss_kb" - kB 32768
  kill $proxy_pid
  wait $proxy_pid
}
