resource "seedbank_bucket_versioning" "uploads" {
  bucket = "openedx-uploads"
}
