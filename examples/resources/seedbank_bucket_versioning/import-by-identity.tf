import {
  to = seedbank_bucket_versioning.uploads
  identity = {
    bucket = "openedx-uploads"
  }
}
