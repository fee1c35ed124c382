# The configurations of docs/guides/: each is validated; each is planned and applied, under the server
# that its section is about or one like it, and does what the page says. All blocks of a section make
# one configuration.
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"

guide=$SEEDBANK_ROOT/docs/guides/protect-buckets.md
unique=g$$-$RANDOM

# Each section's blocks, into a folder of its name: "DigitalOcean Spaces" is digitalocean-spaces/main.tf.
sections=$(awk '
  /^## / { folder = tolower(substr($0, 4)); gsub(/[^a-z0-9]+/, "-", folder) }
  /^```terraform$/ { inside = 1; if (!seen[folder]++) { print folder; system("mkdir -p " folder) } next }
  /^```$/ { inside = 0 }
  inside { print > (folder "/main.tf") }' "$guide")
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

# enter SECTION: into a copy that can run here, with names of this test, on the server that the
# environment names.
enter() {
  rm -rf "$WORK/run"
  cp -r "$WORK/$1" "$WORK/run"
  cd "$WORK/run" || exit 1
  uploads=$unique-$1-uploads
  sed -i -E "s/openedx-/$unique-$1-/g; /^ +(endpoint|force_path_style|region) +=/d
    s/s3( *)= \{.*region.*\}/s3 = { force_path_style = true }/; s/^ +s3 = \{$/&\nforce_path_style = true/" main.tf
}
rules() { # BUCKET
  s3 lifecycle "$1" | grep -o '<ID>[^<]*' | sed 's/<ID>//'
}
# protected DAYS LOCK: what the server of the uploads shows.
protected() {
  versioning_is "$uploads" Enabled && is "$(rules "$uploads")" old-versions &&
    says "<NoncurrentDays>$1<" "$(s3 lifecycle "$uploads")" && is "$(s3 lock "$uploads")" "$2"
}
destroys() {
  # shellcheck disable=SC2119 # a function of lib.sh
  destroy && versioning_is "$uploads" Enabled && is "$(rules "$uploads")" ''
}

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

# ---- MinIO, replication included -----------------------------------------------------------------
# with SERVER [OPTION]: start it; the environment names it until without.
with() {
  server_kind=$1
  shift
  "$SEEDBANK_ROOT/tools/servers/$server_kind" start "$@" "$WORK/server" || return 1
  keys=$(env | grep ^SEEDBANK_S3_)
  set -a
  # shellcheck source=/dev/null
  . "$WORK/server/env"
  set +a
}
without() {
  [ ! -d "$WORK/server" ] || "$SEEDBANK_ROOT/tools/servers/$server_kind" stop "$WORK/server"
}
again() { # back to the runner's server
  without
  local line
  while IFS= read -r line; do
    export "${line?}"
  done <<<"$keys"
}
trap without EXIT

enter minio
with minio --two >minio.log 2>&1
backup=$unique-backup
s3 make-bucket "$uploads" --lock
SEEDBANK_S3_ENDPOINT=$SEEDBANK_S3_ENDPOINT_2 s3 make-bucket "$backup" --lock
TF_VAR_backup_target=$("$SEEDBANK_ROOT/tools/servers/minio" link "1/$uploads" "2/$backup" "$WORK/server")
export TF_VAR_backup_target
check "MinIO: apply" apply
check "MinIO: the server has it" protected 30 "Enabled, GOVERNANCE for 7 days"
check "MinIO: the next plan is empty" plan_empty
echo lesson >file
s3 put "$uploads" course/lesson file >/dev/null
copied() {
  is "$(SEEDBANK_S3_ENDPOINT=$SEEDBANK_S3_ENDPOINT_2 s3 get "$backup" course/lesson)" lesson
}
check "MinIO: what is written is copied" wait_for 30 copied
check "MinIO: destroy" destroy
check "MinIO: and the copy is still there" copied
again

# ---- AWS, for which moto stands ------------------------------------------------------------------
enter aws
with moto >moto.log 2>&1
s3 make-bucket "$uploads"
s3 make-bucket "$unique-aws-uploads-backup"
check "AWS: apply" apply
check "AWS: the server has it" protected 90 "Enabled, GOVERNANCE for 14 days"
check "AWS: the destination is versioned" versioning_is "$unique-aws-uploads-backup" Enabled
check "AWS: the next plan is empty" plan_empty
check "AWS: destroy leaves versioning" destroys
check "no provider process is left" none_left
