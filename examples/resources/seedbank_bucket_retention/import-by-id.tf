import {
  to = seedbank_bucket_retention.uploads
  id = "openedx-uploads/old-versions"
}
