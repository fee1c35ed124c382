data "seedbank_bucket_protection" "uploads" {
  bucket = "openedx-uploads"
}

locals {
  uploads = data.seedbank_bucket_protection.uploads
}

# Warns at every plan and apply while something is missing.
check "uploads_are_protected" {
  assert {
    condition = alltrue([for finding in local.uploads.findings : finding.severity == "info"])
    error_message = join("\n", [
      for finding in local.uploads.findings : "${finding.severity}: ${finding.message} ${finding.remedy}"
    ])
  }

  # Null: no rule deletes old versions.
  assert {
    condition     = coalesce(local.uploads.recovery_window_days, 36500) >= 30
    error_message = "What is deleted from ${local.uploads.bucket} can be brought back for ${coalesce(local.uploads.recovery_window_days, 36500)} days only."
  }
}
