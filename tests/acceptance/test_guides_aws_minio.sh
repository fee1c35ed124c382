# The configurations of docs/guides/ that need what Ceph does not have: MinIO's on two MinIO, replication
# included, and AWS's on moto, which stands for it.
# servers: minio moto
# shellcheck shell=bash
# shellcheck source=tests/acceptance/lib.sh
. "$SEEDBANK_ROOT/tests/acceptance/lib.sh"
# shellcheck source=tests/acceptance/guides.sh
. "$SEEDBANK_ROOT/tests/acceptance/guides.sh"

enter minio
check "MinIO: init" tf init
use_server minio
backup=$unique-backup
s3 make-bucket "$uploads" --lock
SEEDBANK_S3_ENDPOINT=$SEEDBANK_S3_ENDPOINT_2 s3 make-bucket "$backup" --lock
# What the page has mc do, with the names and servers of this test; its last line is the ARN.
mc=$("$SEEDBANK_ROOT/tools/mc") || exit 1
keys=$SEEDBANK_S3_ACCESS_KEY:$SEEDBANK_S3_SECRET_KEY
TF_VAR_backup_target=$(
  export HOME=$WORK MC_HOST_site=${SEEDBANK_S3_ENDPOINT/:\/\//:\/\/$keys@}
  export MC_HOST_backup=${SEEDBANK_S3_ENDPOINT_2/:\/\//:\/\/$keys@} PATH=$(dirname "$mc"):$PATH
  bash -eu <(commands minio | sed "s|site/openedx-uploads|site/$uploads|; s|backup/openedx-[a-z-]*|backup/$backup|") | tail -n 1
)
export TF_VAR_backup_target
check "MinIO: mc shows a target" says '^arn:minio:replication:' "$TF_VAR_backup_target"
check "MinIO: apply" apply
check "MinIO: the server has it" protected 30 "Enabled, GOVERNANCE for 7 days"
check "MinIO: the next plan is empty" plan_empty
echo lesson >file
s3 put "$uploads" course/lesson file >/dev/null
copied() {
  is "$(SEEDBANK_S3_ENDPOINT=$SEEDBANK_S3_ENDPOINT_2 s3 get "$backup" course/lesson)" lesson
}
check "MinIO: what is written is copied" wait_for 30 copied
s3 delete "$uploads" course/lesson >/dev/null
sleep 2 # deletions are replicated in the background
check "MinIO: the copy outlives a deletion" copied
check "MinIO: destroy" destroy
check "MinIO: and the copy is still there" copied

# ---- AWS, for which moto stands ------------------------------------------------------------------
enter aws
check "AWS: init" tf init
use_server moto
s3 make-bucket "$uploads"
s3 make-bucket "$unique-aws-uploads-backup"
check "AWS: apply" apply
check "AWS: the server has it" protected 90 "Enabled, GOVERNANCE for 14 days"
check "AWS: the destination is versioned" versioning_is "$unique-aws-uploads-backup" Enabled
check "AWS: the next plan is empty" plan_empty
check "AWS: destroy leaves versioning" destroys
check "no provider process is left" none_left
