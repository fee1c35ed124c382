import {
  to = seedbank_bucket_retention.uploads
  identity = {
    bucket  = "openedx-uploads"
    rule_id = "old-versions"
  }
}
