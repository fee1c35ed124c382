"""Random histories: the state remembered at random moments, brought back, compared byte for byte with metadata and
tags, taken back, compared again. What the program says it cannot know is held against what was."""
import json
import os
import random

from history import content, invent, text, with_short_keys
from keys import Taken
from modes import MODES, InPlace
from program import check, run
from server import Bucket, moment, pool, same
from shrink import shrink

SHRINK_S = 60


def selection(options):
    """Whether a key is meant."""
    prefixes, excludes = tuple(options["prefix"]), tuple(options["exclude"])
    return lambda key: (not prefixes or key.startswith(prefixes)) and not (excludes and key.startswith(excludes))


def arguments(options):
    return [*(f"--prefix={p}" for p in options["prefix"]), *(f"--exclude={p}" for p in options["exclude"])]


class Plan:
    """What a plan file says of each key."""

    def __init__(self, path):
        self.steps = {}
        with open(path, encoding="utf-8") as file:
            self.text = file.read()
        for line in map(json.loads, self.text.strip("\n").split("\n")):  # splitlines() knows other ends, too
            if "step" in line:
                assert "key" in line, line
                self.steps[line["key"]] = line
        self.unknown = {k for k, s in self.steps.items() if s["step"] == "unknown"}
        self.doubtful = {k: s["version"] for k, s in self.steps.items() if s["step"] == "copy" and "why" in s}
        self.removed = {(k, v) for k, s in self.steps.items() for v in s.get("newer", [])}
        self.whole = not self.unknown and not self.doubtful

    def has(self, step):
        return any(s["step"] == step for s in self.steps.values())


class Oracle:
    def __init__(self, folder, mode):
        self.folder = folder
        self.buckets = []
        self.bucket = self.new_bucket()
        self.status = "Enabled"
        self.nulls = False  # whether something was ever written without versioning
        self.mode = mode
        self.moved = type(mode) is not InPlace  # the bucket itself is only read
        self.moments = []
        self.plans = 0

    def play(self, operations):
        for name, *more in operations:
            getattr(self, "play_" + name)(*more)

    def new_bucket(self, versioning="Enabled"):
        self.buckets.append(Bucket(versioning))
        return self.buckets[-1]

    # ---- What writes -------------------------------------------------------------------------------

    def writing(self):
        self.nulls = self.nulls or self.status != "Enabled"

    def play_put(self, key, size, salt, settings):
        self.writing()
        self.bucket.put(key, content(size, salt), **settings)

    def play_parts(self, key, size, salt):
        self.writing()
        body = content(size, salt)
        self.bucket.put_parts(key, [body[:5 << 20], body[5 << 20:]], Metadata={"made": "of parts"}, ContentType="x/y")

    def play_delete(self, key):
        self.writing()
        self.bucket.delete(key)

    def play_burst(self, key, sizes):
        self.writing()
        list(pool.map(lambda size: self.bucket.put(key, content(size, size)), sizes))

    def play_versioning(self, status):
        if status == "never":
            self.bucket = self.new_bucket(versioning=None)
            self.moments = []
        else:
            self.bucket.versioning(status)
        self.status = status

    def play_remember(self):
        self.moments.append((moment(), self.bucket.shows()))

    # ---- What brings back --------------------------------------------------------------------------

    def new_plan(self):
        self.plans += 1
        return os.path.join(self.folder, f"{self.bucket.name}-{self.plans}.plan")

    def refused_unversioned(self, command):
        """Where versions are not kept nothing is done."""
        if self.status == "Enabled":
            return
        before = self.bucket.versions()
        run(*command, "--output", self.new_plan(), wanted=(5,))
        same(self.bucket.versions(), before, "a refused run")
        self.play_versioning("Enabled")

    def planned(self, command, chosen):
        """The plan of a run, which may do without what cannot be known; None: there was nothing to do."""
        before = self.bucket.versions()
        plan = self.new_plan()
        code, output = run(*command, "--output", plan, wanted=(0, 5, 6))
        if code == 6:
            assert not any(chosen(k) for k in before), output
            return None
        if code == 5:
            assert self.nulls, f"nothing was written without versioning\n{output}"
            same(self.bucket.versions(), before, "a refused run")
            run(*command, "--accept-gaps", "--output", plan, wanted=(0, 3))
        elif os.path.exists(plan):
            assert Plan(plan).whole, "what cannot be known was not refused"
        return plan

    def play_restore(self, choice, options):
        if not self.moments:
            return
        nth = int(choice * len(self.moments))
        at, wanted = self.moments[nth]
        chosen = selection(options)
        command = ["restore", self.bucket.name, "--at", at, "--yes", *arguments(options)]
        command += ["--hide-newer"] if options["hide"] else []
        command += ["--keep-history"] if options["keep"] else []
        command += ["--purge-newer", "--yes-delete-versions"] if options.get("purge") else []
        target = self.mode.begin(self)
        if not self.moved:
            self.refused_unversioned(command)
        hides = options["hide"] and self.mode.hides
        before, versions = target.shows(), target.versions()
        path = self.planned(self.mode.command(command), chosen)
        if path is None:
            return
        plan = Plan(path)
        after = target.shows()
        expected = self.expected(plan, before, wanted, (chosen, hides))
        self.compare(target, plan, after, expected)
        self.nothing_lost(target, versions, plan)
        if plan.whole:
            when = ["--at", at, *arguments(options)]
            run(*self.mode.verification(self, target, when, path), *(["--exact"] if hides else []))
        if options["undo"]:
            run("undo", path)
            same(target.shows(), before, "taken back")
        if not self.moved:
            self.forget(plan, nth)

    def play_undelete(self, choice, options):
        since = self.moments[int(choice * len(self.moments))][0] if choice >= 0 and self.moments else None
        chosen = selection(options)
        command = ["undelete", self.bucket.name, "--yes", *arguments(options)]
        command += ["--since", since] if since else []
        command += ["--keep-history"] if options["keep"] else []
        self.refused_unversioned(command)
        before, history, versions = self.bucket.shows(), self.bucket.history(), self.bucket.versions()
        wanted = {**before, **self.hidden(history, since)}
        path = self.planned(command, chosen)
        if path is None:
            return
        plan = Plan(path)
        after = self.bucket.shows()
        self.compare(self.bucket, plan, after, self.expected(plan, before, wanted, (chosen, False)))
        self.nothing_lost(self.bucket, versions, plan)
        if options["undo"]:
            run("undo", path)
            same(self.bucket.shows(), before, "taken back")
        self.forget(plan, 0)

    def hidden(self, history, since):
        """What delete markers hide that came since then."""
        found = {}
        for key, entries in history.items():
            content = [e["id"] for e in entries if not e["marker"]]
            newest = entries[0]["modified"].strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            if entries[0]["marker"] and content and (not since or newest >= since):
                found[key] = self.bucket.shows_key(key, content[0])
        return found

    # ---- What is true ------------------------------------------------------------------------------

    @staticmethod
    def expected(plan, before, wanted, how):
        """Of each key: as it was then where that was asked for and can be known, else as it was before."""
        chosen, hide = how
        expected = {}
        for key in {*before, *wanted}:
            here, then = before.get(key), wanted.get(key)
            if chosen(key) and key not in plan.unknown and (then is not None or hide):
                here = then
            if here is not None:
                expected[key] = here
        return expected

    def compare(self, target, plan, after, expected):
        source = self.bucket if not self.mode.hides else target
        for key, version in plan.doubtful.items():
            expected[key] = source.shows_key(key, version)
        for key in {*after, *expected}:
            if after.get(key) != expected.get(key):
                raise AssertionError(f"{key!r}: got {str(after.get(key))[:500]}\nwanted {str(expected.get(key))[:500]}\n"
                                     f"step: {plan.steps.get(key)}\nentries: {target.history(key).get(key)}")

    @staticmethod
    def nothing_lost(target, before, plan):
        now = target.versions()
        gone = {(k, e[0]) for k, entries in before.items() for e in entries if e not in now.get(k, [])}
        assert gone <= plan.removed, f"lost: {gone - plan.removed}"
        contents = {(k, e[0]) for k, entries in before.items() for e in entries if not e[1]}
        assert not gone & contents or plan.has("purge"), f"content lost: {gone & contents}"

    def forget(self, plan, nth):
        """A marker that is removed is gone from the history, too, and so is what was purged."""
        if plan.has("reveal"):
            self.moments = []
        elif plan.has("purge"):
            self.moments = self.moments[:nth + 1]


# ---- Rounds ----------------------------------------------------------------------------------------

def play(operations, folder, mode):
    oracle = Oracle(folder, MODES[mode]())
    try:
        oracle.play(operations)
    finally:
        for bucket in oracle.buckets:
            bucket.remove()


def fails(operations, folder, mode):
    try:
        play(operations, folder, mode)
        return False
    except Exception:  # whatever it is, it is a failure
        return True


def judge(operations, folder, mode):
    """Play them; a failure is shrunk, and told with what makes it."""
    try:
        play(operations, folder, mode)
    except Exception as e:
        print("# failed; looking for fewer operations", flush=True)
        few = shrink(operations, lambda some: fails(some, folder, mode), SHRINK_S)
        few = with_short_keys(few, lambda some: fails(some, folder, mode))
        again = ""
        try:
            play(few, folder, mode)
            again = "\n(these few failed, but not the last time)"
        except Exception as last:
            e = last
        raise AssertionError(f"{len(few)} of {len(operations)} operations fail{again}:\n{text(few)}\n{e}") from None


def oracle_tests(folder, rounds=3, seed=None, mode="in-place"):
    """Rounds from a seed on; it is printed."""
    seed = int(seed) if seed else random.SystemRandom().randrange(10 ** 9)
    taken = Taken()
    for n in range(seed, seed + int(rounds)):
        check(f"a random history (restore oracle 1 {n} {mode})", lambda n=n: judge(invent(n, taken), folder, mode))


def replay_test(folder, file, mode="in-place"):
    with open(file, encoding="utf-8") as lines:
        operations = [json.loads(line) for line in lines if line.strip()]
    check(f"the history of {file}", lambda: play(operations, folder, mode))
