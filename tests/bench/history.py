"""Buckets with a past, for the benchmark of restoring.

  history.py make BUCKET... COUNT   objects, then an accident: half are overwritten, half deleted (in buckets whose
                                    names end in -copies all are overwritten); prints the moment before it
  history.py check BUCKET COUNT     every object is what it was at first
  history.py copies BUCKET COUNT DIR  curl configuration files that copy each first version over its key, signed;
                                    DIR/copies.curl is the one to give to curl

Server and keys are SEEDBANK_S3_*.
"""
import concurrent.futures
import datetime
import os
import sys
import time

import boto3
import botocore.auth
import botocore.awsrequest
from botocore.config import Config

SIZE = 10240
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


def first_versions(bucket):
    oldest = {}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for version in page.get("Versions", []):
            oldest[version["Key"]] = version["VersionId"]  # newest first: the last one stays
    return oldest


def copies(bucket, folder):
    credentials = s3._request_signer._credentials
    with open(os.path.join(folder, "copies.curl"), "w", encoding="utf-8") as out:
        for i, (name, version) in enumerate(first_versions(bucket).items()):
            url = f"{env['SEEDBANK_S3_ENDPOINT']}/{bucket}/{name}"
            request = botocore.awsrequest.AWSRequest(
                method="PUT", url=url, headers={"x-amz-copy-source": f"{bucket}/{name}?versionId={version}"}
            )
            botocore.auth.S3SigV4Auth(credentials, "s3", env["SEEDBANK_S3_REGION"]).add_auth(request)
            out.write("next\n" if i else "")
            out.write(f'url = "{url}"\nrequest = "PUT"\nfail\nsilent\noutput = "/dev/null"\n')
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
    elif command == "copies":
        copies(names[0], names[1])


main()
