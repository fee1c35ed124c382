# shellcheck shell=bash
# seedbank-bucket apply and undo, struck at each request in turn: killed, interrupted, cut off, and with a third
# party that writes the same keys; and random histories, restored and compared. SCALE is how many of those.
# servers: rgw minio
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
python=$("$SEEDBANK_ROOT/tools/boto3") || exit 1
code=0

judge() {
  "$python" "$SEEDBANK_ROOT/tests/helpers/restore.py" "$@" || code=1
}

export SEEDBANK_BUCKET=$SEEDBANK_BIN/seedbank-bucket
judge kill
judge cut
judge foreign
judge oracle $((3 * ${SCALE:-1}))
use_server minio
judge oracle "${SCALE:-1}"
exit $code
