"""The server, by AWS's own client; a bucket, and what a reader sees of it."""
import concurrent.futures
import datetime
import os
import random
import time

import boto3
import botocore.config

ENDPOINT = os.environ["SEEDBANK_S3_ENDPOINT"]
THREADS = 8


def connect(access_key=None, secret_key=None):
    return boto3.client(
        "s3", endpoint_url=ENDPOINT, region_name=os.environ["SEEDBANK_S3_REGION"],
        aws_access_key_id=access_key or os.environ["SEEDBANK_S3_ACCESS_KEY"],
        aws_secret_access_key=secret_key or os.environ["SEEDBANK_S3_SECRET_KEY"],
        config=botocore.config.Config(s3={"addressing_style": "path"}, max_pool_connections=50,
                                      request_checksum_calculation="when_required",
                                      response_checksum_validation="when_required"))


s3 = connect()
pool = concurrent.futures.ThreadPoolExecutor(THREADS)


def merged(versions, markers):
    """As the server had them before the client took them apart. The order is that of becoming the newest, which need
    not be that of the times where writers were many."""
    both = []
    while versions or markers:
        which = max((list_ for list_ in (versions, markers) if list_), key=lambda l: (l[0]["latest"], l[0]["modified"]))
        both.append(which.pop(0))
    return both


class Bucket:
    def __init__(self, versioning="Enabled"):
        self.name = f"restore-{os.getpid()}-{random.SystemRandom().randrange(10 ** 9)}"
        s3.create_bucket(Bucket=self.name)
        if versioning:
            self.versioning(versioning)

    def versioning(self, status):
        s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": status})

    def put(self, key, body, **more):
        """The ID of the version; "null" while versioning is suspended."""
        return s3.put_object(Bucket=self.name, Key=key, Body=body, **more).get("VersionId", "null")

    def put_parts(self, key, parts, **more):
        upload = s3.create_multipart_upload(Bucket=self.name, Key=key, **more)["UploadId"]
        where = {"Bucket": self.name, "Key": key, "UploadId": upload}
        sent = [{"PartNumber": n, "ETag": s3.upload_part(PartNumber=n, Body=body, **where)["ETag"]}
                for n, body in enumerate(parts, 1)]
        s3.complete_multipart_upload(MultipartUpload={"Parts": sent}, **where)

    def delete(self, key):
        """Where a marker is the newest already, Ceph adds no second one, and MinIO names that one."""
        return s3.delete_object(Bucket=self.name, Key=key).get("VersionId")

    def delete_version(self, key, version):
        s3.delete_object(Bucket=self.name, Key=key, VersionId=version)

    def history(self, prefix=""):
        """Of each key its entries, newest first: {"id", "marker", "modified"}."""
        found = {}
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix):
            of_key = {}
            for marker, entries in ((False, page.get("Versions", [])), (True, page.get("DeleteMarkers", []))):
                for e in entries:
                    of_key.setdefault(e["Key"], ([], []))[marker].append(
                        {"id": e["VersionId"], "marker": marker, "modified": e["LastModified"], "latest": e["IsLatest"]})
            for key, (versions, markers) in of_key.items():
                found.setdefault(key, []).extend(merged(versions, markers))
        return found

    def versions(self, prefix=""):
        """Of each key its entries, newest first: (ID, is a marker)."""
        return {key: [(e["id"], e["marker"]) for e in entries] for key, entries in self.history(prefix).items()}

    def shows_key(self, key, version=None):
        """All that a reader sees of a key, or of a version: content, settings, metadata, tags."""
        which = {"Bucket": self.name, "Key": key, **({"VersionId": version} if version else {})}
        o = s3.get_object(**which)
        tags = s3.get_object_tagging(**which)["TagSet"]
        return (o["Body"].read(), o.get("ContentType"), o.get("CacheControl"), o.get("ContentEncoding"),
                o.get("ContentDisposition"), o.get("ContentLanguage"), tuple(sorted(o["Metadata"].items())),
                tuple(sorted((t["Key"], t["Value"]) for t in tags)))

    def shows(self, prefix=""):
        keys = [e["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
                for e in page.get("Contents", []) if not e["Key"].startswith(".seedbank/")]
        return dict(zip(keys, pool.map(self.shows_key, keys)))

    def remove(self):
        """With all that is in it; Ceph gives a user a thousand buckets. MinIO makes a marker without an ID anew
        when it is to be removed while versioning is enabled."""
        self.versioning("Suspended")
        every = [(key, e[0]) for key, entries in self.versions().items() for e in entries]
        list(pool.map(lambda e: self.delete_version(*e), every))
        s3.delete_bucket(Bucket=self.name)


def moment():
    """Between what was written and what will be."""
    time.sleep(0.02)
    now = datetime.datetime.now(datetime.timezone.utc)
    time.sleep(0.02)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def same(got, wanted, what):
    if got != wanted:
        keys = [k for k in set(got) | set(wanted) if got.get(k) != wanted.get(k)]
        lines = [f"{k[-60:]!r}: got {str(got.get(k))[:300]}, wanted {str(wanted.get(k))[:300]}" for k in sorted(keys)[:5]]
        raise AssertionError(f"{what}: {len(keys)} keys differ\n" + "\n".join(lines))
