resource "seedbank_bucket_versioning" "uploads" {
  bucket = "openedx-uploads"
}

resource "seedbank_bucket_lock" "uploads" {
  bucket = seedbank_bucket_versioning.uploads.bucket
  mode   = "GOVERNANCE"
  days   = 30
}
