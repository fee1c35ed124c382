# shellcheck shell=bash
# seedbank-bucket apply and undo, when versioning, rights, credentials or the server change between every two requests.
# needs: boto3
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
code=0

judge changes
exit $code
