"""What seedbank-bucket does to a bucket, judged by AWS's own client.

restore.py kill|foreign|cut         at each request of apply and undo: kill -9 the program, let a third
                                    party write to the same keys, or cut the connection
restore.py oracle [ROUNDS [SEED]]   random histories: the state remembered at random moments, restored,
                                    compared byte for byte, taken back, compared again

Server and keys come from SEEDBANK_S3_*, the program from SEEDBANK_BUCKET. Prints TAP.
"""
import contextlib
import datetime
import http.client
import http.server
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse

import boto3
import botocore.config
import botocore.exceptions

ENDPOINT = os.environ["SEEDBANK_S3_ENDPOINT"]
PROGRAM = os.environ["SEEDBANK_BUCKET"]
number = 0


def connect():
    return boto3.client(
        "s3", endpoint_url=ENDPOINT, region_name=os.environ["SEEDBANK_S3_REGION"],
        aws_access_key_id=os.environ["SEEDBANK_S3_ACCESS_KEY"],
        aws_secret_access_key=os.environ["SEEDBANK_S3_SECRET_KEY"],
        config=botocore.config.Config(s3={"addressing_style": "path"}, max_pool_connections=50,
                                      request_checksum_calculation="when_required",
                                      response_checksum_validation="when_required"))


s3 = connect()


def check(description, test):
    """One test of the TAP stream."""
    global number
    number += 1
    try:
        test()
        print(f"ok {number} - {description}", flush=True)
        return True
    except Exception:  # whatever it is, it is a failure
        print(f"not ok {number} - {description}", flush=True)
        print("".join("#   " + line for line in traceback.format_exc().splitlines(True)), flush=True)
        return False


# ---- A bucket and what it shows ------------------------------------------------------------------

class Bucket:
    def __init__(self):
        self.name = f"restore-{os.getpid()}-{random.SystemRandom().randrange(10 ** 9)}"
        s3.create_bucket(Bucket=self.name)
        s3.put_bucket_versioning(Bucket=self.name, VersioningConfiguration={"Status": "Enabled"})

    def put(self, key, body, **more):
        return s3.put_object(Bucket=self.name, Key=key, Body=body, **more)["VersionId"]

    def delete(self, key):
        """Where a marker is the newest already, Ceph adds no second one, and MinIO names that one."""
        return s3.delete_object(Bucket=self.name, Key=key).get("VersionId")

    def versions(self, prefix=""):
        """Of each key its entries, newest first: (ID, is a marker)."""
        found = {}
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=prefix):
            entries = [(e, False) for e in page.get("Versions", [])]
            entries += [(e, True) for e in page.get("DeleteMarkers", [])]
            for e, marker in entries:
                found.setdefault(e["Key"], []).append((e["LastModified"], e["IsLatest"], e["VersionId"], marker))
        return {key: [(e[2], e[3]) for e in sorted(list_, key=lambda e: (e[1], e[0]), reverse=True)]
                for key, list_ in found.items()}

    def shows(self, prefix=""):
        """All that a reader sees: content, settings, metadata, tags."""
        seen = {}
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            for e in page.get("Contents", []):
                o = s3.get_object(Bucket=self.name, Key=e["Key"])
                tags = s3.get_object_tagging(Bucket=self.name, Key=e["Key"])["TagSet"]
                seen[e["Key"]] = (o["Body"].read(), o.get("ContentType"), o.get("CacheControl"),
                                  o.get("ContentEncoding"), o.get("ContentDisposition"),
                                  tuple(sorted(o["Metadata"].items())),
                                  tuple(sorted((t["Key"], t["Value"]) for t in tags)))
        return seen


def moment():
    """Between what was written and what will be."""
    time.sleep(0.02)
    now = datetime.datetime.now(datetime.timezone.utc)
    time.sleep(0.02)
    return now.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def same(got, wanted, what):
    if got != wanted:
        keys = [k for k in set(got) | set(wanted) if got.get(k) != wanted.get(k)]
        lines = [f"{k!r}: got {str(got.get(k))[:300]}, wanted {str(wanted.get(k))[:300]}" for k in sorted(keys)[:5]]
        raise AssertionError(f"{what}: {len(keys)} keys differ\n" + "\n".join(lines))


# ---- The program ---------------------------------------------------------------------------------

def run(*arguments, wanted=(0,), proxy=None, holder=None):
    environment = dict(os.environ)
    if proxy:
        environment["http_proxy"] = proxy
    process = subprocess.Popen([PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if holder is not None:
        holder.append(process)
    output = process.communicate(timeout=120)[0].decode(errors="replace")
    if process.returncode not in wanted:
        raise AssertionError(f"{arguments}: exit {process.returncode}\n{output}")
    return process.returncode, output


# ---- A proxy that lets something happen at one request -------------------------------------------

class Proxy:
    """Calls `happen` once, before or after the request of that number; what it returns True for gets
    no answer."""

    def __init__(self, when, nth, happen):
        self.when, self.nth, self.happen = when, nth, happen
        self.lock = threading.Lock()
        self.seen = 0
        self.happened = False
        outer = self

        class Passing(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                with outer.lock:
                    outer.seen += 1
                    mine = outer.seen == outer.nth
                if mine and outer.when == "before" and outer.strike():
                    self.close_connection = True
                    return
                url = urllib.parse.urlsplit(ENDPOINT)
                connection = http.client.HTTPConnection(url.netloc, timeout=60)
                path = "/" + self.path.split("/", 3)[3] if self.path.startswith("http") else self.path
                connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() not in ("expect", "proxy-connection"):
                        connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                content = answer.read()
                if mine and outer.when == "after" and outer.strike():
                    self.close_connection = True
                    connection.close()
                    return
                with contextlib.suppress(OSError):
                    self.send_response_only(answer.status)
                    for name, value in answer.getheaders():
                        if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                            self.send_header(name, value)
                    if self.command == "HEAD":
                        self.send_header("Content-Length", answer.getheader("content-length", "0"))
                    elif answer.status != 204:
                        self.send_header("Content-Length", str(len(content)))
                    self.end_headers()
                    self.wfile.write(content)
                connection.close()

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = pass_on

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                pass  # a killed client

        self.server = Server(("127.0.0.1", 0), Passing)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def strike(self):
        self.happened = True
        return self.happen()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


# ---- One small history, restored with something happening ----------------------------------------

class Case:
    """Two deleted keys, two overwritten ones, one born later, one that stays."""
    count = 0

    def __init__(self, bucket, folder):
        Case.count += 1
        self.bucket = bucket
        self.prefix = f"case{Case.count}/"
        self.plan = os.path.join(folder, f"{Case.count}.plan")
        p = self.prefix
        for name in ("deleted/1", "deleted/2", "over/1", "over/2", "stays"):
            bucket.put(p + name, b"good " + name.encode(), ContentType="text/x-good",
                       Metadata={"made-by": name}, Tagging="kind=good")
        self.at = moment()
        self.good = bucket.shows(p)
        bucket.delete(p + "deleted/1")
        bucket.delete(p + "deleted/2")
        bucket.delete(p + "deleted/2")
        bucket.put(p + "over/1", b"bad")
        bucket.put(p + "over/2", b"worse")
        bucket.delete(p + "over/2")
        bucket.put(p + "born", b"later")
        self.before = bucket.shows(p)
        self.before_versions = bucket.versions(p)
        run("plan", bucket.name, "--at", self.at, "--prefix", p, "--hide-newer", "-o", self.plan,
            "--endpoint", ENDPOINT)

    def restored(self):
        """As at the time, and nothing was done twice."""
        p = self.prefix
        same(self.bucket.shows(p), self.good, "restored")
        now = {k[len(p):]: len(v) for k, v in self.bucket.versions(p).items()}
        same(now, {"deleted/1": 1, "deleted/2": 1, "over/1": 3, "over/2": 4, "stays": 1, "born": 2},
             "versions of each key")

    def taken_back(self):
        same(self.bucket.shows(self.prefix), self.before, "taken back")
        now = self.bucket.versions(self.prefix)
        same({k: [e[1] for e in v][0] for k, v in now.items()},
             {k: [e[1] for e in v][0] for k, v in self.before_versions.items()}, "markers taken back")


def at_each_request(make, strike):
    """strike(case, when, nth) returns whether there was such a request. How many there were."""
    places = 0
    for when in ("before", "after"):
        nth = 1
        while strike(make(), when, nth):
            nth += 1
            places += 1
    print(f"# {places} places", flush=True)
    assert places > 10, places


def kill_tests(bucket, folder):
    def make():
        return Case(bucket, folder)

    def killed(command, case, when, nth):
        process = []

        def kill():
            process[0].send_signal(signal.SIGKILL)
            return True
        with Proxy(when, nth, kill) as proxy:
            run(command, case.plan, proxy=proxy.url, holder=process, wanted=(0, -9))
        return proxy.happened

    def interrupt_apply(case, when, nth):
        process = []

        def interrupt():
            process[0].send_signal(signal.SIGINT)
            time.sleep(0.05)
            return False
        with Proxy(when, nth, interrupt) as proxy:
            code, output = run("apply", case.plan, proxy=proxy.url, holder=process, wanted=(0, 130))
        # What had begun was ended and read back: nothing is open in the journal.
        lines = [json.loads(line) for line in open(case.plan + ".journal")]
        made = {line["n"] for line in lines if line.get("did") == "made"}
        assert made <= {line["n"] for line in lines if line.get("did") == "done"}, lines
        assert code == 0 or "seedbank-bucket apply" in output, output
        run("apply", case.plan)
        case.restored()
        return proxy.happened

    def kill_apply(case, when, nth):
        happened = killed("apply", case, when, nth)
        run("apply", case.plan)
        case.restored()
        versions = bucket.versions(case.prefix)
        run("apply", case.plan)
        same(bucket.versions(case.prefix), versions, "a third run")
        run("undo", case.plan)
        case.taken_back()
        return happened

    def kill_undo(case, when, nth):
        run("apply", case.plan)
        happened = killed("undo", case, when, nth)
        run("undo", case.plan)
        case.taken_back()
        run("undo", case.plan)
        case.taken_back()
        return happened

    def kill_then_undo(case, when, nth):
        happened = killed("apply", case, when, nth)
        run("undo", case.plan)
        case.taken_back()
        return happened

    check("kill -9 at each request of apply, then apply", lambda: at_each_request(make, kill_apply))
    check("Ctrl-C at each request of apply, then apply", lambda: at_each_request(make, interrupt_apply))
    check("kill -9 at each request of undo, then undo", lambda: at_each_request(make, kill_undo))
    check("kill -9 at each request of apply, then undo", lambda: at_each_request(make, kill_then_undo))


def cut_tests(bucket, folder):
    def cut(command, case, when, nth):
        with Proxy(when, nth, lambda: True) as proxy:
            run(command, case.plan, proxy=proxy.url, wanted=(0, 3))
        return proxy.happened

    def cut_apply(case, when, nth):
        happened = cut("apply", case, when, nth)
        same(bucket.shows(case.prefix), case.good, "restored")
        run("verify", bucket.name, "--plan", case.plan)
        output = run("undo", case.plan, wanted=(0, 3))[1]
        try:
            case.taken_back()
        except AssertionError as e:
            raise AssertionError(output + open(case.plan + ".journal").read() + str(bucket.versions(case.prefix))) from e
        return happened

    def cut_undo(case, when, nth):
        run("apply", case.plan)
        happened = cut("undo", case, when, nth)
        case.taken_back()
        return happened

    check("the connection cut at each request of apply", lambda: at_each_request(lambda: Case(bucket, folder), cut_apply))
    check("the connection cut at each request of undo", lambda: at_each_request(lambda: Case(bucket, folder), cut_undo))


def foreign_tests(bucket, folder):
    def write(case, name, theirs):
        theirs[case.prefix + name] = (bucket.put(case.prefix + name, b"theirs " + name.encode()), False)

    def delete(case, name, theirs):
        key = case.prefix + name
        before = [e[0] for e in bucket.versions(key).get(key, [])]
        marker = bucket.delete(key)
        if marker and marker not in before:
            theirs[case.prefix + name] = (marker, True)

    def foreign(command, how):
        def strike(case, when, nth):
            theirs = {}

            def happen():
                for name in ("deleted/1", "over/1", "born"):
                    how(case, name, theirs)
                return False
            if command == "undo":
                run("apply", case.plan)
            with Proxy(when, nth, happen) as proxy:
                run(command, case.plan, proxy=proxy.url, wanted=(0, 3))
            now = bucket.versions(case.prefix)
            same({k: now[k][0] for k in theirs}, theirs, "theirs is the newest")
            shown = bucket.shows(case.prefix)
            wanted = case.good if command == "apply" else case.before
            same({k: v for k, v in shown.items() if k not in theirs},
                 {k: v for k, v in wanted.items() if k not in theirs}, "all others")
            run("undo", case.plan, wanted=(0, 3))
            now = bucket.versions(case.prefix)
            same({k: now[k][0] for k in theirs}, theirs, "theirs is the newest after undo")
            return proxy.happened
        return strike

    for command in ("apply", "undo"):
        for how, words in ((write, "writes"), (delete, "deletes")):
            check(f"a third party {words} at each request of {command}",
                  lambda c=command, h=how: at_each_request(lambda: Case(bucket, folder), foreign(c, h)))


# ---- Random histories ----------------------------------------------------------------------------

ODD = ["a", "a/b", "a//b", "a/../b", ".", "..", "/lead", "trail/", "with space", "plus+", "per%cent", "%2F", "quote'\"",
       "<&>", "\u00e9", "\U0001f331", "tab\there", "new\nline", "\x01", "back\\slash", "q?x=1&y", "#", "~", "*", "a" * 900,
       " lead", "end ", "\ufffd", "Zz", "zz"]


class Oracle:
    def __init__(self, seed, folder):
        self.random = random.Random(seed)
        self.bucket = Bucket()
        self.folder = folder
        self.moments = []
        self.keys = self.taken()

    def taken(self):
        """The keys that this server takes, with versions; MinIO keeps them as files."""
        taken = {}
        for key in ODD:
            with contextlib.suppress(botocore.exceptions.ClientError, KeyError):
                taken[key] = self.bucket.put(key, b"")
        listed = self.bucket.versions()
        for key, version in taken.items():
            s3.delete_object(Bucket=self.bucket.name, Key=key, VersionId=version)
        # What it stores under another name ("/lead"), and below another key ("a/b", which its listings
        # forget now and then), is no test of ours.
        if "." not in taken:
            taken = [k for k in taken if k in listed and not any(k.startswith(o + "/") for o in taken)]
        assert len(taken) > 10, taken
        return sorted(taken)

    def write(self):
        r = self.random
        key = r.choice(self.keys)
        if r.random() < 0.3:
            self.bucket.delete(key)
            return
        more = {}
        if r.random() < 0.5:
            more["Metadata"] = {f"m{i}": str(r.randrange(1000)) for i in range(r.randrange(3))}
        if r.random() < 0.5:
            more["ContentType"] = r.choice(["text/plain", "application/json", "image/png"])
        if r.random() < 0.3:
            more["CacheControl"] = "max-age=" + str(r.randrange(100))
        if r.random() < 0.2:
            more["ContentEncoding"] = "gzip"
        if r.random() < 0.4:
            more["Tagging"] = urllib.parse.urlencode({"t" + str(i): r.choice(["x", "y z", "1=2"]) for i in range(r.randrange(1, 3))},
                                                     quote_via=urllib.parse.quote)
        self.bucket.put(key, r.choice([b"", r.randbytes(r.randrange(1, 2000))]), **more)

    def history(self):
        for _ in range(self.random.randrange(20, 120)):
            self.write()
            if self.random.random() < 0.05:
                self.moments.append((moment(), self.bucket.shows()))

    def restore(self, at, wanted, nth, last):
        r = self.random
        plan = os.path.join(self.folder, f"{self.bucket.name}-{nth}.plan")
        before = self.bucket.shows()
        options = ["--hide-newer"] if r.random() < 0.7 else []
        options += ["--keep-history"] if not last or r.random() < 0.3 else []
        run("restore", self.bucket.name, "--at", at, "--yes", "-o", plan, "--endpoint", ENDPOINT, *options)
        shown = self.bucket.shows()
        if "--hide-newer" not in options:
            shown = {k: v for k, v in shown.items() if k in wanted}
        try:
            same(shown, wanted, f"restored to {at} {options}")
        except AssertionError as e:
            with open(plan, encoding="utf-8") as made:
                raise AssertionError(made.read()[:4000]) from e
        run("verify", self.bucket.name, "--at", at, "--endpoint", ENDPOINT,
            *(["--exact"] if "--hide-newer" in options else []))
        if r.random() < 0.6:
            run("undo", plan)
            same(self.bucket.shows(), before, "taken back")

    def round(self):
        self.history()
        self.moments = self.moments or [(moment(), self.bucket.shows())]
        self.history()
        # A marker that is removed is gone from the history, too: only the last restore may do so.
        chosen = self.random.sample(self.moments, min(3, len(self.moments)))
        for nth, (at, wanted) in enumerate(chosen):
            self.restore(at, wanted, nth, at == chosen[-1][0])


def oracle_tests(folder, rounds=3, seed=None):
    seed = int(seed) if seed else random.SystemRandom().randrange(10 ** 9)
    for i in range(int(rounds)):
        check(f"a random history (restore.py oracle 1 {seed + i})", lambda n=seed + i: Oracle(n, folder).round())


def main():
    with tempfile.TemporaryDirectory() as folder:
        what, *more = sys.argv[1:]
        if what == "oracle":
            oracle_tests(folder, *more)
        else:
            {"kill": kill_tests, "cut": cut_tests, "foreign": foreign_tests}[what](Bucket(), folder)


main()
