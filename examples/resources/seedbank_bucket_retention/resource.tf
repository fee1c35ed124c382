resource "seedbank_bucket_retention" "uploads" {
  bucket  = "openedx-uploads"
  rule_id = "old-versions"

  noncurrent_version_expiration   = { days = 30 }
  abort_incomplete_multipart_days = 7
  min_recovery_window_days        = 14
}
