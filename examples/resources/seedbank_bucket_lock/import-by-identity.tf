import {
  to = seedbank_bucket_lock.uploads
  identity = {
    bucket = "openedx-uploads"
  }
}
