import {
  to = seedbank_bucket_lock.uploads
  id = "openedx-uploads"
}
