# Puts the buckets of two Open edX courses under versioning, so that what is
# overwritten or deleted can be brought back. `make demo` runs this file.

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

# Endpoint, region and keys come from SEEDBANK_S3_* in the environment.
provider "seedbank" {
  s3 = {
    force_path_style = true
  }
}

resource "seedbank_bucket_versioning" "course" {
  for_each = var.buckets
  bucket   = each.value
}

output "protected" {
  description = "Versioning of each bucket, as the server reports it."
  value       = { for name, v in seedbank_bucket_versioning.course : name => v.status }
}
