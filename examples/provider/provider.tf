terraform {
  required_providers {
    seedbank = {
      source = "terraform.local/grove/seedbank"
    }
  }
}

# Keys come from SEEDBANK_S3_ACCESS_KEY and SEEDBANK_S3_SECRET_KEY.
provider "seedbank" {
  s3 = {
    endpoint = "https://fra1.digitaloceanspaces.com"
    region   = "fra1"
  }
}
