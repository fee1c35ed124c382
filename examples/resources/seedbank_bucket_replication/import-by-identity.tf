import {
  to = seedbank_bucket_replication.uploads
  identity = {
    bucket  = "openedx-uploads"
    rule_id = "to-backup"
  }
}
