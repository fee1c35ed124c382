# shellcheck shell=bash
# seedbank-bucket apply and undo, with a third party at work between every two requests.
# needs: boto3
# shellcheck source=tests/helpers/lib.sh
. "$SEEDBANK_ROOT/tests/helpers/lib.sh"
code=0

judge foreign
exit $code
