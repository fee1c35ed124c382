"""kill -9, Ctrl-C and cut connections at each request."""
import json
import signal
import time

from case import Case, at_each_place
from program import check, run
from proxy import Proxy
from server import Bucket, same


class Kill:
    def __init__(self, folder):
        self.bucket = Bucket()
        self.folder = folder

    def make(self):
        return Case(self.bucket, self.folder).planned()

    @staticmethod
    def struck(command, case, when, nth):
        process = []

        def kill():
            process[0].send_signal(signal.SIGKILL)
            return True
        with Proxy(when, nth, kill) as proxy:
            run(command, case.plan, proxy=proxy.url, holder=process, wanted=(0, -9))
        return proxy.happened

    def apply(self, case, when, nth):
        happened = self.struck("apply", case, when, nth)
        run("apply", case.plan)
        case.restored()
        versions = self.bucket.versions(case.prefix)
        run("apply", case.plan)
        same(self.bucket.versions(case.prefix), versions, "a third run")
        run("undo", case.plan)
        case.taken_back()
        return happened

    def undo(self, case, when, nth):
        run("apply", case.plan)
        happened = self.struck("undo", case, when, nth)
        run("undo", case.plan)
        case.taken_back()
        run("undo", case.plan)
        case.taken_back()
        return happened

    def apply_then_undo(self, case, when, nth):
        happened = self.struck("apply", case, when, nth)
        run("undo", case.plan)
        case.taken_back()
        return happened

    @staticmethod
    def interrupted(case, when, nth):
        process = []

        def interrupt():
            process[0].send_signal(signal.SIGINT)
            time.sleep(0.05)
        with Proxy(when, nth, interrupt) as proxy:
            code, output = run("apply", case.plan, proxy=proxy.url, holder=process, wanted=(0, 130))
        # What had begun was ended and read back: nothing is open in the journal.
        with open(case.plan + ".journal", encoding="utf-8") as journal:
            lines = [json.loads(line) for line in journal]
        made = {line["n"] for line in lines if line.get("did") == "made"}
        assert made <= {line["n"] for line in lines if line.get("did") == "done"}, lines
        assert code == 0 or "seedbank-bucket apply" in output, output
        run("apply", case.plan)
        case.restored()
        return proxy.happened


def kill_tests(folder):
    kill = Kill(folder)
    for words, strike in (("kill -9 at each request of apply, then apply", kill.apply),
                          ("Ctrl-C at each request of apply, then apply", kill.interrupted),
                          ("kill -9 at each request of undo, then undo", kill.undo),
                          ("kill -9 at each request of apply, then undo", kill.apply_then_undo)):
        check(words, lambda s=strike: at_each_place(kill.make, s))


def cut_tests(folder):
    bucket = Bucket()

    def make():
        return Case(bucket, folder).planned()

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
            with open(case.plan + ".journal", encoding="utf-8") as journal:
                raise AssertionError(output + journal.read() + str(bucket.versions(case.prefix))) from e
        return happened

    def cut_undo(case, when, nth):
        run("apply", case.plan)
        happened = cut("undo", case, when, nth)
        case.taken_back()
        return happened

    check("the connection cut at each request of apply", lambda: at_each_place(make, cut_apply))
    check("the connection cut at each request of undo", lambda: at_each_place(make, cut_undo))
