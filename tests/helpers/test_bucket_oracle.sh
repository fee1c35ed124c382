# shellcheck shell=bash
# seedbank-bucket over random histories: brought back, compared with what was, taken back. SCALE is how many rounds of them.
# servers: rgw minio
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
code=0

judge oracle $((6 * ${SCALE:-1}))
use_server minio
judge oracle $((3 * ${SCALE:-1}))
exit $code
