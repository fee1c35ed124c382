import {
  to = seedbank_bucket_replication.uploads
  id = "openedx-uploads/to-backup"
}
