"""Write an object with what tests/tools/s3 has no word for: put.py BUCKET KEY FILE [PART_SIZE] [ARGUMENTS], with
a PART_SIZE above 0 in parts of so many bytes; ARGUMENTS are those of put_object and create_multipart_upload as
JSON. The server and its keys are those of SEEDBANK_S3_*."""

import json
import os
import sys

import boto3
from botocore.config import Config

bucket, key, path, *rest = sys.argv[1:]
part_size = int(rest[0]) if rest else 0
more = json.loads(rest[1]) if len(rest) > 1 else {}
client = boto3.client(
    "s3",
    endpoint_url=os.environ["SEEDBANK_S3_ENDPOINT"],
    region_name=os.environ.get("SEEDBANK_S3_REGION", "us-east-1"),
    aws_access_key_id=os.environ["SEEDBANK_S3_ACCESS_KEY"],
    aws_secret_access_key=os.environ["SEEDBANK_S3_SECRET_KEY"],
    config=Config(
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    ),
)
with open(path, "rb") as file:
    if part_size == 0:
        client.put_object(Bucket=bucket, Key=key, Body=file.read(), **more)
        sys.exit()
    upload = client.create_multipart_upload(Bucket=bucket, Key=key, **more)["UploadId"]
    parts = []
    while piece := file.read(part_size):
        number = len(parts) + 1
        answer = client.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=piece)
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    client.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts}
    )
