"""Where a history is brought back: a mode is a class."""
from program import run

NOT_ELSEWHERE = ("--hide-newer", "--keep-history", "--purge-newer", "--yes-delete-versions")


class InPlace:
    """In the bucket itself."""
    hides = True  # --hide-newer has a meaning, and versions of the bucket itself are removed

    def begin(self, oracle):
        """The bucket that will be as the other one was."""
        return oracle.bucket

    def command(self, command):
        return command

    def verification(self, _oracle, target, when, _plan):
        return ["verify", target.name, *when]


class ToBucket(InPlace):
    """Into another one, which has what earlier restores of the round left there."""
    hides = False
    target = None

    def begin(self, oracle):
        self.target = self.target or oracle.new_bucket()
        return self.target

    def command(self, command):
        return [*(word for word in command if word not in NOT_ELSEWHERE), "--to", self.target.name]

    def verification(self, oracle, target, when, _plan):
        return ["verify", oracle.bucket.name, "--to", target.name, *when]


class FromCopy(InPlace):
    """In a copy of the whole history, which knows the source's times."""
    target = None

    def begin(self, oracle):
        self.target = oracle.new_bucket()
        run("copy", "--versions", "--allow-empty-source", oracle.bucket.name, self.target.name)
        return self.target

    def command(self, command):
        kept = [word for word in command if word not in ("--purge-newer", "--yes-delete-versions")]  # refused there
        return [kept[0], self.target.name, *kept[2:]]

    def verification(self, _oracle, target, _when, plan):
        """What the restore wrote has no time of the source: its history alone cannot judge it."""
        return ["verify", target.name, "--plan", plan]


MODES = {"in-place": InPlace, "to-bucket": ToBucket, "from-copy": FromCopy}
