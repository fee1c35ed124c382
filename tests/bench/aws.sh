# shellcheck shell=bash disable=SC2154
# The rows against hashicorp/aws; sourced by tests/bench/run.
#
# On moto, since it asks AWS for more than an S3 server answers. Both providers are measured there, on
# the same buckets.

# aws_workspace DIR COUNT: COUNT buckets
aws_workspace() {
  workspace "$1" <<TF
terraform {
  required_providers {
    aws = { source = "registry.terraform.io/hashicorp/aws" }
  }
}
provider "aws" {
  region                      = "$SEEDBANK_S3_REGION"
  access_key                  = "$SEEDBANK_S3_ACCESS_KEY"
  secret_key                  = "$SEEDBANK_S3_SECRET_KEY"
  s3_use_path_style           = true
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    s3 = "$SEEDBANK_S3_ENDPOINT"
  }
}
resource "aws_s3_bucket_versioning" "b" {
  count  = $2
  bucket = "bench-\${count.index + 1}"
  versioning_configuration {
    status = "Enabled"
  }
}
TF
}

# aws_rows PROGRAM READY_US IDLE_KB: the latter two of ours
aws_rows() {
  local version ours_cpu ours_rss
  version=$(sed -n 's/.*_v\(5\.100\.[0-9]*\).*/\1/p' <<<"$1")
  install_measured registry.terraform.io/hashicorp/aws "${version:-5.100.0}" "$1"
  use_server moto 20
  ours_workspace moto20 seedbank 20
  aws_workspace aws20 20
  printf '%-44s %10s %10s\n' "" seedbank aws
  start_of "$1"
  row "hashicorp/aws: exec to handshake" "$2" "$ready_us" us 0.1
  row "hashicorp/aws: idle resident memory" "$3" "$idle_kb" kB -
  plan moto20 seedbank
  ours_cpu=$cpu_ms ours_rss=$rss_kb
  plan aws20 aws
  row "hashicorp/aws: CPU of a no-change plan, 20" "$ours_cpu" "$cpu_ms" ms 0.05
  row "hashicorp/aws: resident memory of that plan" "$ours_rss" "$rss_kb" kB -
}
