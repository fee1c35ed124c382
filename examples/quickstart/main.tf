# Protects the buckets of an Open edX instance: what is overwritten or deleted can be brought back for
# 30 days, and in buckets that are locked not even a stolen key removes it. `make demo` runs this file.

terraform {
  required_providers {
    seedbank = {
      source = "terraform.local/grove/seedbank"
    }
  }
}

variable "buckets" {
  description = "Names of existing buckets to protect."
  type        = set(string)
}

variable "locked_buckets" {
  description = "Those of them whose new versions nobody shall delete for a day. They must have been created with Object Lock."
  type        = set(string)
  default     = []
}

# Endpoint, region and keys come from SEEDBANK_S3_* in the environment.
provider "seedbank" {
  s3 = {
    force_path_style = true
  }
}

# Old versions are kept ...
resource "seedbank_bucket_versioning" "course" {
  for_each = var.buckets
  bucket   = each.value
}

# ... for 30 days, and by no rule of anybody for less than 14.
resource "seedbank_bucket_retention" "course" {
  for_each = var.buckets
  bucket   = seedbank_bucket_versioning.course[each.value].bucket
  rule_id  = "old-versions"

  noncurrent_version_expiration   = { days = 30 }
  abort_incomplete_multipart_days = 7
  min_recovery_window_days        = 14
}

# GOVERNANCE: keys with s3:BypassGovernanceRetention can still delete. Lengthen it once you trust it.
resource "seedbank_bucket_lock" "course" {
  for_each = var.locked_buckets
  bucket   = seedbank_bucket_versioning.course[each.value].bucket
  mode     = "GOVERNANCE"
  days     = 1
}

output "protected" {
  description = "Versioning of each bucket, as the server reports it."
  value       = { for name, v in seedbank_bucket_versioning.course : name => v.status }
}
