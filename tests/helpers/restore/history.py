"""Random histories of a bucket, as data: they can be played again, in whole or in part."""
import json
import random
import urllib.parse

from keys import invented

PART = 5 << 20  # the smallest that S3 takes
PLAIN = ("a", "of parts", "zz")  # Ceph 16 takes parts for few of the odd keys

# One operation: its name, then what it needs.
#   put KEY SIZE SALT SETTINGS      parts KEY SIZE SALT (in several parts)      delete KEY
#   burst KEY [SIZE]...             at once, so that times may be equal
#   versioning STATUS               remember       what all shows at a moment
#   restore CHOICE OPTIONS          one of the moments remembered, 0 <= CHOICE < 1
#   undelete CHOICE OPTIONS         since one of the moments; -1: all


def content(size, salt):
    return random.Random(salt).randbytes(size)


def settings(r):
    more = {}
    if r.random() < 0.5:
        more["Metadata"] = {f"m{i}": str(r.randrange(1000)) for i in range(r.randrange(3))}
    if r.random() < 0.5:
        more["ContentType"] = r.choice(["text/plain", "application/json", "image/png"])
    if r.random() < 0.3:
        more["CacheControl"] = "max-age=" + str(r.randrange(100))
    if r.random() < 0.2:
        more["ContentEncoding"] = "gzip"
    if r.random() < 0.2:
        more["ContentDisposition"] = 'attachment; filename="a b.txt"'
    if r.random() < 0.2:
        more["ContentLanguage"] = r.choice(["de", "en-GB"])
    if r.random() < 0.4:
        tags = {"t" + str(i): r.choice(["x", "y z", "1=2", "+/@:"]) for i in range(r.randrange(1, 3))}
        more["Tagging"] = urllib.parse.urlencode(tags, quote_via=urllib.parse.quote)
    return more


def options(r, keys):
    """How something is brought back."""
    chosen = {"hide": r.random() < 0.6, "keep": r.random() < 0.5, "undo": r.random() < 0.6, "prefix": [], "exclude": []}
    if r.random() < 0.2:
        chosen.update(purge=True, keep=False, undo=False)
    if r.random() < 0.3:
        chosen["prefix"] = [k[:r.randrange(1, 3)] for k in r.sample(keys, r.randrange(1, 4))]
    if r.random() < 0.3:
        chosen["exclude"] = [k[:r.randrange(1, 3)] for k in r.sample(keys, r.randrange(1, 3))]
    return chosen


class Inventor:
    def __init__(self, seed, taken):
        self.r = r = random.Random(seed)
        self.keys = r.sample(taken.keys, min(len(taken.keys), r.randrange(6, 20)))
        self.keys = sorted({*self.keys, *taken.of([invented(r) for _ in range(3)])})
        self.suspends = r.random() < 0.35
        self.parts = r.random() < 0.15

    def write(self):
        r = self.r
        key = r.choice(self.keys)
        kind = r.random()
        if kind < 0.3:
            return ["delete", key]
        if kind < 0.35:
            return ["burst", key, [r.randrange(100) for _ in range(r.randrange(2, 4))]]
        if kind < 0.37 and self.parts:
            return ["parts", r.choice(PLAIN), PART + r.randrange(1, 1000), r.randrange(10 ** 6)]
        size = r.choice([0, r.randrange(1, 2000)])
        return ["put", key, size, r.randrange(10 ** 6), settings(r)]

    def writes(self):
        r = self.r
        for _ in range(r.randrange(10, 60)):
            yield self.write()
            if r.random() < 0.06:
                yield ["remember"]
            if self.suspends and r.random() < 0.08:
                yield ["versioning", r.choice(["Suspended", "Enabled"])]

    def all(self):
        r = self.r
        if self.suspends and r.random() < 0.3:
            yield ["versioning", "never"]
        yield from self.writes()
        yield ["remember"]
        for _ in range(r.randrange(1, 4)):
            yield from self.writes()
            how = options(r, self.keys)
            if r.random() < 0.25:
                how.update(hide=False, purge=False)
                yield ["undelete", r.choice([-1, r.random()]), how]
            else:
                yield ["restore", r.random(), how]


def invent(seed, taken):
    return list(Inventor(seed, taken).all())


def with_short_keys(operations, fails):
    """The same with keys that are easier to read, where it fails with them, too."""
    for n, key in enumerate(dict.fromkeys(o[1] for o in operations if o[0] in ("put", "parts", "delete", "burst"))):
        other = [[o[0], f"k{n}", *o[2:]] if len(o) > 1 and o[1] == key else o for o in operations]
        if len(key) > 2 and fails(other):
            operations = other
    return operations


def text(operations):
    return "\n".join(json.dumps(o) for o in operations)
