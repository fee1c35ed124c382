# shellcheck shell=bash
# seedbank-bucket apply and undo, struck at each request in turn: killed, interrupted, cut off.
# needs: boto3
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
code=0

judge kill
judge cut
exit $code
