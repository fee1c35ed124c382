# The configurations of docs/guides/: each is validated as it stands; those for Ceph, and for what answers
# as Ceph does, are planned and applied and do what the page says (test_guides_aws_minio has the others).
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"
# shellcheck source=tests/acceptance/guides.sh
. "$SEEDBANK_ROOT/tests/acceptance/guides.sh"

check "these sections have configurations, and each is tested below" is "${sections//$'\n'/ }" \
  "aws digitalocean-spaces minio ceph-rgw take-over-what-exists read-the-findings in-gitlab-ci-as-grove-runs-it"
check "no configuration of a guide is beside that one" \
  is "$(cd "$SEEDBANK_ROOT/docs/guides" && grep -l '^```terraform' ./*.md)" ./protect-buckets.md

# As the page has it: the tool, and the provider, take it.
validate() {
  tf init -input=false && tf validate
}
for section in $sections; do
  cd "$WORK/$section" || exit 1
  check "$section: validate" validate
  check "$section: is formatted" tf fmt -check
done

# ---- Ceph, and Spaces, which answers as Ceph does ------------------------------------------------
enter ceph-rgw
s3 make-bucket "$uploads" --lock
check "Ceph: apply" apply
check "Ceph: the server has it" protected 30 "Enabled, GOVERNANCE for 7 days"
check "Ceph: the next plan is empty" plan_empty
check "Ceph: destroy leaves versioning" destroys

enter digitalocean-spaces
s3 make-bucket "$uploads"
check "Spaces: apply" apply
check "Spaces: the server has it" protected 30 "Disabled, none"
check "Spaces: the next plan is empty" plan_empty
check "Spaces: destroy leaves versioning" destroys

# ---- Import --------------------------------------------------------------------------------------
enter take-over-what-exists
s3 make-bucket "$uploads" --lock
s3 lock "$uploads" GOVERNANCE 10 >/dev/null
s3 lifecycle "$uploads" - <<'XML'
<LifecycleConfiguration><Rule><ID>expire-old</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>
<NoncurrentVersionExpiration><NoncurrentDays>60</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>
XML
check "import: the plan imports three and changes nothing" \
  says "Plan: 3 to import, 0 to add, 0 to change, 0 to destroy" "$(tf plan -input=false)"
check "import: apply" apply
check "import: the next plan is empty" plan_empty

# ---- Findings ------------------------------------------------------------------------------------
enter read-the-findings
velero=$unique-read-the-findings-velero
s3 make-bucket "$velero"
check "findings: a gap warns" says "Check block assertion failed.*error: Bucket $velero keeps no old" "$(tf apply -input=false -auto-approve 2>&1)"
s3 versioning "$velero" Enabled >/dev/null
check "findings: apply without gaps" apply
check "findings: there is none" is "$(state_of data.seedbank_bucket_protection.velero findings | jq -c .)" '[]'

# ---- Grove: a module without a provider block ----------------------------------------------------
enter in-gitlab-ci-as-grove-runs-it
velero=${uploads%uploads}velero
mkdir plugin
sed 's/toset(.*/toset([])/' main.tf >plugin/main.tf
config <<'TF'
module "plugin" {
  source = "./plugin"
}
TF
# shellcheck disable=SC2317 # check calls it
without_keys() {
  env -u SEEDBANK_S3_ENDPOINT -u SEEDBANK_S3_ACCESS_KEY -u SEEDBANK_S3_SECRET_KEY \
    "$TOOL" plan -no-color -input=false -detailed-exitcode </dev/null
}
check "Grove: init" tf init
check "Grove: without buckets no keys are needed, and nothing is planned" without_keys
s3 make-bucket "$uploads"
s3 make-bucket "$velero"
cp "$WORK/in-gitlab-ci-as-grove-runs-it/main.tf" plugin/
sed -i "s/openedx-/${uploads%uploads}/g" plugin/main.tf
cat >>main.tf <<'TF'
provider "seedbank" {
  s3 = { force_path_style = true }
}
TF
check "Grove: apply" apply
check "Grove: the server has it" protected 30 "Disabled, none"
check "Grove: so it does for the other bucket" versioning_is "$velero" Enabled
check "Grove: the nightly plan is empty" plan_empty
s3 versioning "$uploads" Suspended >/dev/null
check "Grove: the nightly plan tells of a change" plan_changes
check "Grove: the change is mended" apply
check "Grove: destroy leaves versioning" destroys
check "no provider process is left" none_left
