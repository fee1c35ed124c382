"""One small history, restored with something happening at one place of the run."""
import concurrent.futures
import itertools
import os

from program import run
from server import ENDPOINT, moment, same


class Case:
    """Two deleted keys, two overwritten ones, one born later, one that stays."""
    numbers = itertools.count(1)

    def __init__(self, bucket, folder, below=""):
        number = next(Case.numbers)
        self.bucket = bucket
        self.prefix = f"case{number}/{below}"
        self.folder = os.path.join(folder, str(number))
        self.plan = os.path.join(self.folder, "plan")
        os.mkdir(self.folder)
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

    def planning(self):
        return ("plan", self.bucket.name, "--at", self.at, "--prefix", self.prefix, "--hide-newer", "-o", self.plan,
                "--endpoint", ENDPOINT)

    def planned(self):
        run(*self.planning())
        return self

    def restored(self):
        """As at the time, and nothing was done twice."""
        p = self.prefix
        same(self.bucket.shows(p), self.good, "restored")
        now = {k[len(p):]: len(v) for k, v in self.bucket.versions(p).items()}
        same(now, {"deleted/1": 1, "deleted/2": 1, "over/1": 3, "over/2": 4, "stays": 1, "born": 2},
             "versions of each key")

    def untouched(self):
        same(self.bucket.versions(self.prefix), self.before_versions, "nothing was written")

    def taken_back(self):
        same(self.bucket.shows(self.prefix), self.before, "taken back")
        now = self.bucket.versions(self.prefix)
        same({k: [e[1] for e in v][0] for k, v in now.items()},
             {k: [e[1] for e in v][0] for k, v in self.before_versions.items()}, "markers taken back")

    def nothing_lost(self):
        """Every version of content that was there before is there still."""
        now = self.bucket.versions(self.prefix)
        lost = [(k, e) for k, entries in self.before_versions.items() for e in entries
                if not e[1] and e not in now.get(k, [])]
        assert not lost, f"lost: {lost}"


WAVE = 3  # places that are struck at a time, each with a case of its own
wave = concurrent.futures.ThreadPoolExecutor(WAVE)


def at_each_place(make, strike, ways=("before", "after"), least=10):
    """strike(case, way, nth) returns whether there was such a place. How many there were."""
    places = 0
    for way in ways:
        found, nth = [True], 1
        while all(found):
            found = list(wave.map(lambda n, w=way: strike(make(), w, n), range(nth, nth + WAVE)))
            nth += WAVE
            places += sum(found)
    print(f"# {places} places", flush=True)
    assert places > least, places
