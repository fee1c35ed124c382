"""Keys that S3 allows and few programs expect."""
import contextlib

import botocore.exceptions

from server import Bucket

ODD = ["a", "a/b", "a//b", "a/../b", ".", "..", "/lead", "trail/", "with space", "plus+", "per%cent", "%2F", "quote'\"",
       "<&>", "\u00e9", "\U0001f331", "tab\there", "new\nline", "\x01", "back\\slash", "q?x=1&y", "#", "~", "*", "a" * 900,
       " lead", "end ", "\ufffd", "Zz", "zz", "a" * 1024, "\u00e9" * 512, "null", "a;b", "a,b", "{\"a\":1}"]
BYTES = [chr(c) for c in range(1, 0x100)] + ["\u07ff", "\u0800", "\uffff", "\U00010000", "\U0010ffff"]


def invented(r):
    """A key of any bytes, with runs of the same as long as S3 allows."""
    key = "".join(r.choice(BYTES) * r.choice((1, 1, 1, 40)) for _ in range(r.randrange(1, 30)))
    return key.encode()[:1024].decode(errors="ignore")


class Taken:
    """Which keys the server takes, with versions; MinIO keeps them as files."""

    def __init__(self):
        self.bucket = Bucket()
        self.keys = self.of(ODD)
        assert len(self.keys) > 10, self.keys

    def of(self, keys):
        taken = {}
        for key in keys:
            with contextlib.suppress(botocore.exceptions.ClientError):
                version = self.bucket.put(key, b"")
                if version != "null":  # as MinIO has it of "trail/"
                    taken[key] = version
        listed = self.bucket.versions()
        for key, version in taken.items():
            self.bucket.delete_version(key, version)
        # What it stores under another name ("/lead"), and below another key ("a/b", which MinIO's listings
        # forget now and then), is no test of ours.
        if "." not in taken and "." in keys:
            taken = [k for k in taken if k in listed and not any(k.startswith(o + "/") for o in taken)]
        return sorted(taken)
