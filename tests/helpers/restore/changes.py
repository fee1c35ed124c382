"""What changes around the program between every two requests: versioning is suspended, rights are taken away,
credentials expire, the server throttles or fails."""
import json
import queue
import time

from case import WAVE, Case, at_each_place
from program import check, run
from proxy import Proxy
from server import Bucket, s3, same

BOTH = ("before", "after")
PAUSE_S = 5.2  # after such a one the program looks at versioning anew


def error(status, code):
    return status, f"<Error><Code>{code}</Code><Message>by the test</Message></Error>".encode()


class Changes:
    """Struck, nothing is lost and nothing said to be done that is not; when all is as before, the same command ends
    what it began."""

    def __init__(self, folder, command):
        self.folder = folder
        self.command = command
        self.buckets = queue.SimpleQueue()  # a case has one for itself; afterwards it is as it was
        for _ in range(WAVE):
            self.buckets.put(Bucket())

    def make(self):
        case = Case(self.buckets.get(timeout=60), self.folder).planned()
        if self.command == "undo":
            run("apply", case.plan)
        return case

    def end(self, case):
        if self.command == "undo":
            case.taken_back()
        else:
            case.restored()

    def struck(self, case, proxy):
        code, output = run(self.command, case.plan, proxy=proxy.url, wanted=(0, 1, 3, 5))
        case.nothing_lost()
        if code == 0:
            self.shows_the_end(case)
        return code, output

    def shows_the_end(self, case):
        same(case.bucket.shows(case.prefix), case.before if self.command == "undo" else case.good, "in the end")

    def again(self, case, when="before"):
        """A conflict that is none would show here: it must end well, and whole. An answer that was lost afterwards
        may have been a copy's, which is then there twice; taken back, both are gone."""
        run(self.command, case.plan)
        if when == "before":
            self.end(case)
        self.shows_the_end(case)
        run("undo", case.plan)
        case.taken_back()
        case.nothing_lost()

    def alone(self, strike):
        def struck(case, when, nth):
            happened = strike(case, when, nth)
            self.buckets.put(case.bucket)
            return happened
        return struck

    # ---- What happens --------------------------------------------------------------------------

    def answered(self, answer, on):
        def strike(case, when, nth):
            with Proxy(when, nth, lambda: answer, on) as proxy:
                code, output = self.struck(case, proxy)
            assert code == 0 or on, output
            if on and proxy.happened:
                assert code in (1, 3) and answer[1].decode().split("<Code>")[1].split("<")[0] in output, output
            self.again(case, when)
            return proxy.happened
        return strike

    def denied(self, *actions):
        def strike(case, when, nth):
            policy = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Deny", "Principal": "*", "Action": [f"s3:{a}" for a in actions],
                 "Resource": [f"arn:aws:s3:::{case.bucket.name}", f"arn:aws:s3:::{case.bucket.name}/*"]}]}

            def deny():
                s3.put_bucket_policy(Bucket=case.bucket.name, Policy=json.dumps(policy))
            with Proxy(when, nth, deny) as proxy:
                code, output = run(self.command, case.plan, proxy=proxy.url, wanted=(0, 1, 3))
            s3.delete_bucket_policy(Bucket=case.bucket.name)
            case.nothing_lost()
            assert code != 0 or proxy.writes_before or not proxy.happened, output
            if code == 0:
                self.end(case)
            self.again(case)
            return proxy.happened
        return strike

    def suspended(self, case, when, nth):
        """A run that has written nothing yet stops; what it wrote by then is there, and is known again."""
        before = case.bucket.versions(case.prefix)

        def suspend():
            case.bucket.versioning("Suspended")
            time.sleep(PAUSE_S)
        with Proxy(when, nth, suspend) as proxy:
            code, output = run(self.command, case.plan, proxy=proxy.url, wanted=(0, 1, 3, 5))
        case.nothing_lost()
        if proxy.happened and not proxy.writes_before:
            assert code == 5 and "Suspended" in output, f"{code} {proxy.requests}\n{output}"
            same(case.bucket.versions(case.prefix), before, "nothing was written")
        case.bucket.versioning("Enabled")
        self.again(case, "after")
        return proxy.happened


def changes_tests(folder):
    for command in ("apply", "undo"):
        c = Changes(folder, command)
        for words, strike, ways in (
                ("credentials expire", c.answered(error(400, "ExpiredToken"), on=True), BOTH),
                ("the server throttles once", c.answered(error(503, "SlowDown"), on=False), BOTH),
                ("the server fails once", c.answered(error(500, "InternalError"), on=False), BOTH),
                ("writing is forbidden", c.denied("PutObject", "DeleteObject", "DeleteObjectVersion"), BOTH),
                ("listing is forbidden", c.denied("ListBucketVersions"), BOTH),
                ("versioning is suspended", c.suspended, ("before",))):
            check(f"{words} at each request of {command}",
                  lambda s=strike, c=c, w=ways: at_each_place(c.make, c.alone(s), w, least=6))
