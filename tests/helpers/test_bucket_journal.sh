# shellcheck shell=bash
# seedbank-bucket plan, apply and undo, struck at each thing that they do to their files: death, a full disk, a fault of it.
# needs: boto3
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
code=0

judge journal
exit $code
