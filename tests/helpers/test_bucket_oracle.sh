# shellcheck shell=bash
# seedbank-bucket over random histories: brought back, compared with what was, taken back. SCALE is how many rounds of them.
# servers: rgw minio
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
code=0

judge oracle $((5 * ${SCALE:-1}))
judge oracle $((2 * ${SCALE:-1})) "" to-bucket
judge oracle $((2 * ${SCALE:-1})) "" from-copy
use_server minio
judge oracle $((3 * ${SCALE:-1}))
judge oracle "${SCALE:-1}" "" to-bucket
exit $code
