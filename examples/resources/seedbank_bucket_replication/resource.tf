resource "seedbank_bucket_replication" "uploads" {
  bucket  = "openedx-uploads"
  rule_id = "to-backup"
  role    = "arn:aws:iam::123456789012:role/replicate-uploads"

  destination = {
    bucket = "arn:aws:s3:::openedx-uploads-backup"
  }
}
