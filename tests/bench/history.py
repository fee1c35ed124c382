"""Buckets with a past, for the benchmark of restoring.

  history.py make BUCKET... COUNT   objects, then an accident: half are overwritten, half deleted (in buckets whose
                                    names end in -copies all are overwritten); prints the moment before it
  history.py check BUCKET COUNT     every object is what it was at first
  history.py bare BUCKET DIR        DIR/bare.curl: what has curl copy first versions over what was overwritten, and
                                    remove delete markers, signed

Server and keys are SEEDBANK_S3_*.
"""
import base64
import concurrent.futures
import datetime
import hashlib
import os
import sys
import time

import boto3
import botocore.auth
import botocore.awsrequest
from botocore.config import Config

SIZE = 10240
REMOVALS = 20  # in a request, as seedbank-bucket has them
env = os.environ
s3 = boto3.client(
    "s3",
    endpoint_url=env["SEEDBANK_S3_ENDPOINT"],
    region_name=env["SEEDBANK_S3_REGION"],
    aws_access_key_id=env["SEEDBANK_S3_ACCESS_KEY"],
    aws_secret_access_key=env["SEEDBANK_S3_SECRET_KEY"],
    config=Config(s3={"addressing_style": "path"}, max_pool_connections=32),
)


def key(i):
    return f"uploads/{i % 20:02d}/file-{i:06d}.bin"


def content(i):
    return (f"{i:06d}-" * (SIZE // 7 + 1))[:SIZE].encode()


def each(function, items):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        for _ in pool.map(function, items):
            pass


def make(bucket, count):
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    each(lambda i: s3.put_object(Bucket=bucket, Key=key(i), Body=content(i)), range(count))


def accident(bucket, count):
    def lose(i):
        if i % 2 and not bucket.endswith("-copies"):
            s3.delete_object(Bucket=bucket, Key=key(i))
        else:
            s3.put_object(Bucket=bucket, Key=key(i), Body=b"overwritten")

    each(lose, range(count))


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def check(bucket, count):
    def same(i):
        body = s3.get_object(Bucket=bucket, Key=key(i))["Body"].read()
        if body != content(i):
            sys.exit(f"{bucket}: {key(i)} is not what it was")

    each(same, range(count))


def past(bucket):
    """The first version of each overwritten key, and the delete markers."""
    oldest, markers = {}, {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for version in page.get("Versions", []):
            oldest[version["Key"]] = version["VersionId"]  # newest first: the last one stays
        for marker in page.get("DeleteMarkers", []):
            markers[marker["Key"]] = marker["VersionId"]
    return {name: v for name, v in oldest.items() if name not in markers}, markers


def removal(items):
    objects = "".join(f"<Object><Key>{name}</Key><VersionId>{v}</VersionId></Object>" for name, v in items)
    return f"<Delete>{objects}</Delete>"


def bare(bucket, folder):
    credentials = s3._request_signer._credentials
    url = f"{env['SEEDBANK_S3_ENDPOINT']}/{bucket}"
    versions, markers = past(bucket)
    requests = []
    for at in range(0, len(markers), REMOVALS):
        body = removal(list(markers.items())[at : at + REMOVALS])
        md5 = base64.b64encode(hashlib.md5(body.encode()).digest()).decode()
        requests.append(("POST", f"{url}?delete", {"Content-MD5": md5}, body))
    for name, version in versions.items():
        source = {"x-amz-copy-source": f"{bucket}/{name}?versionId={version}"}
        requests.append(("PUT", f"{url}/{name}", source, None))
    with open(os.path.join(folder, "bare.curl"), "w", encoding="utf-8") as out:
        for i, (method, target, headers, body) in enumerate(requests):
            request = botocore.awsrequest.AWSRequest(method=method, url=target, headers=headers, data=body)
            botocore.auth.S3SigV4Auth(credentials, "s3", env["SEEDBANK_S3_REGION"]).add_auth(request)
            out.write("next\n" if i else "")
            out.write(f'url = "{target}"\nrequest = "{method}"\nfail\nsilent\noutput = "/dev/null"\n')
            out.write(f'data-binary = "{body}"\n' if body else "")
            for header, value in request.headers.items():
                out.write(f'header = "{header}: {value}"\n')


def main():
    command, *names = sys.argv[1:]
    if command == "make":
        *buckets, count = names
        for bucket in buckets:
            make(bucket, int(count))
        time.sleep(2)
        moment = now()
        time.sleep(2)
        for bucket in buckets:
            accident(bucket, int(count))
        print(moment)
    elif command == "check":
        check(names[0], int(names[1]))
    elif command == "bare":
        bare(names[0], names[1])


main()
