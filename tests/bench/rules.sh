# shellcheck shell=bash disable=SC2154
# The rows about lifecycle rules; sourced by tests/bench/run.
#
# Several resources read one document of a bucket. How often the server is asked for it is counted by
# a proxy before the server (tests/support/http_script.h), through which these workspaces talk.

# rules_workspace DIR TYPE RULES: versioning and so many rules on each of the 100 buckets, by ours or the
# Go provider
rules_workspace() {
  {
    ours_configuration "$2" 100 "$proxy"
    cat <<TF
resource "$2_bucket_retention" "b" {
  count                         = 100 * $3
  bucket                        = "bench-\${count.index % 100 + 1}"
  rule_id                       = "rule-\${floor(count.index / 100)}"
  prefix                        = "part-\${floor(count.index / 100)}/"
  noncurrent_version_expiration = { days = 30 }
}
TF
  } | workspace "$1"
}

rules_rows() {
  local before proxy_pid peer_cpu peer_rss
  echo "upstream $SEEDBANK_S3_ENDPOINT" >"$work/proxy.script"
  build/release/tests/tools/fault_server "$work/proxy.script" >"$work/proxy.log" &
  proxy_pid=$!
  until grep -q ^http "$work/proxy.log"; do sleep 0.1; done
  proxy=$(sed -n 1p "$work/proxy.log")

  rules_workspace peerrules100 peer 1
  plan peerrules100 peer
  peer_cpu=$cpu_ms peer_rss=$rss_kb
  rules_workspace rules100 seedbank 1
  plan rules100 seedbank
  row "CPU of a plan, 100 x (versioning, rule)" "$cpu_ms" "$peer_cpu" ms 0.25
  row "resident memory of that plan" "$rss_kb" "$peer_rss" kB 0.333
  rules_workspace rules500 seedbank 4
  before=$(wc -l <"$work/proxy.log")
  plan rules500 seedbank
  row "requests of a plan of 500 on 100 buckets, maximum" \
    "$((($(wc -l <"$work/proxy.log") - before) / runs))" - "" 200
  row "resident memory of that plan, maximum" "$rss_kb" - kB 32768
  kill $proxy_pid
  wait $proxy_pid
}
