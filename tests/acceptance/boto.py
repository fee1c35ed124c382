"""One call of boto3, AWS's own client: boto.py SERVICE METHOD [ARGUMENTS], the arguments as JSON.

Prints the answer as JSON, keys sorted, without what describes the transport. Server and keys are
SEEDBANK_S3_*. Exit: 0 done, 1 an error, whose code is printed on standard error.
"""
import json
import os
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client(service):
    env = os.environ
    return boto3.client(
        service,
        endpoint_url=env["SEEDBANK_S3_ENDPOINT"],
        region_name=env["SEEDBANK_S3_REGION"],
        aws_access_key_id=env["SEEDBANK_S3_ACCESS_KEY"],
        aws_secret_access_key=env["SEEDBANK_S3_SECRET_KEY"],
        config=Config(s3={"addressing_style": "path"}),
    )


def main():
    service, method = sys.argv[1:3]
    arguments = json.loads(sys.argv[3]) if len(sys.argv) > 3 else {}
    try:
        answer = getattr(client(service), method)(**arguments) or {}
    except ClientError as error:
        sys.exit(f"{error.response['Error']['Code']}: {error}")
    answer.pop("ResponseMetadata", None)
    print(json.dumps(answer, sort_keys=True, separators=(",", ":"), default=str))


main()
