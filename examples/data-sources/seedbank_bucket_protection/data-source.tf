data "seedbank_bucket_protection" "uploads" {
  bucket = "openedx-uploads"
}

# Warns at every plan and apply while something is missing.
check "uploads_are_protected" {
  assert {
    condition = length(data.seedbank_bucket_protection.uploads.findings) == 0
    error_message = join("\n", [
      for finding in data.seedbank_bucket_protection.uploads.findings :
      "${finding.severity}: ${finding.message} ${finding.remedy}"
    ])
  }
}
