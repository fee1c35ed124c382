import {
  to = seedbank_bucket_versioning.uploads
  id = "openedx-uploads"
}
