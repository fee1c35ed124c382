"""Strikes at each thing that the program does to its plan and journal: death, a torn line, a full disk, a fault of
the disk (tests/tools/strike.c)."""
import os

from case import Case, at_each_place
from program import check, run
from server import Bucket

STRIKE = os.environ.get("SEEDBANK_STRIKE", "strike")
KILLS = ("kill-before", "kill-after", "kill-torn", "power")
FAULTS = ("full", "EIO")
DEEP = "deep/" * 150  # so that a plan takes several writes
KILLED = 128 + 9


class Journal:
    def __init__(self, folder):
        self.bucket = Bucket()
        self.folder = folder

    def make(self):
        return Case(self.bucket, self.folder, DEEP)

    @staticmethod
    def struck(way, nth, case, *arguments):
        """Whether it was. A run that was told of an error must say so, and of which file."""
        code, output = run(*arguments, wrapper=(STRIKE, way, str(nth), case.folder), wanted=(0, 1, KILLED))
        if "strike: " not in output:
            assert code == 0, output
            return False
        if way in KILLS:
            assert code == KILLED, f"{code}\n{output}"
        else:
            assert code == 1, f"{way} {nth}: exit {code}\n{output}"
            cause = "No space left on device" if way == "full" else "Input/output error"
            assert cause in output and case.folder in output, output
        return True

    def plan(self, case, way, nth):
        happened = self.struck(way, nth, case, *case.planning())
        case.untouched()
        # There is no plan, or a whole one, and nothing else.
        assert set(os.listdir(case.folder)) <= {"plan"}, os.listdir(case.folder)
        if not os.path.exists(case.plan):
            case.planned()
        run("apply", case.plan)
        case.restored()
        return happened

    def goes_on(self, case, command):
        """After whatever happened: all is done, each thing once, and a further run does nothing."""
        run(command, case.plan)
        if command == "undo":
            case.taken_back()
        else:
            case.restored()
        case.nothing_lost()
        before = self.bucket.versions(case.prefix)
        assert "already" in run(command, case.plan)[1]
        assert self.bucket.versions(case.prefix) == before

    def apply(self, case, way, nth):
        happened = self.struck(way, nth, case.planned(), "apply", case.plan)
        self.goes_on(case, "apply")
        self.goes_on(case, "undo")
        return happened

    def apply_then_undo(self, case, way, nth):
        happened = self.struck(way, nth, case.planned(), "apply", case.plan)
        run("undo", case.plan)
        case.taken_back()
        case.nothing_lost()
        return happened

    def apply_again(self, case, way, nth):
        """The run that goes on is struck, too; the first one left a torn line."""
        assert self.struck("kill-torn", 9, case.planned(), "apply", case.plan)
        happened = self.struck(way, nth, case, "apply", case.plan)
        self.goes_on(case, "apply")
        return happened

    def undo(self, case, way, nth):
        run("apply", case.planned().plan)
        happened = self.struck(way, nth, case, "undo", case.plan)
        self.goes_on(case, "undo")
        return happened


def journal_tests(folder):
    j = Journal(folder)
    for words, strike in (("plan", j.plan), ("apply", j.apply), ("undo", j.undo),
                          ("an apply that goes on", j.apply_again)):
        check(f"kill -9 at each step of the files of {words}", lambda s=strike: at_each_place(j.make, s, KILLS, least=5))
        check(f"a full or faulty disk at each step of the files of {words}",
              lambda s=strike: at_each_place(j.make, s, FAULTS, least=5))
    check("kill -9 at each step of the files of apply, then undo",
          lambda: at_each_place(j.make, j.apply_then_undo, KILLS))
