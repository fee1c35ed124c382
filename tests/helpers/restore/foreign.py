"""A third party that writes, deletes or changes the bucket between every two requests."""
from case import Case, at_each_place
from program import check, run
from proxy import Proxy
from server import Bucket, same

STRUCK = ("deleted/1", "over/1", "born")  # a key of each kind of step


def write(case, name, theirs):
    theirs[case.prefix + name] = (case.bucket.put(case.prefix + name, b"theirs " + name.encode()), False)


def delete(case, name, theirs):
    key = case.prefix + name
    before = [e[0] for e in case.bucket.versions(key).get(key, [])]
    marker = case.bucket.delete(key)
    if marker and marker not in before:
        theirs[key] = (marker, True)


def write_and_delete(case, name, theirs):
    """What they leave looks like our own marker on a key that is to be hidden."""
    write(case, name, theirs)
    delete(case, name, theirs)


def on_keys(bucket, command, how):
    """What they made of three keys is the newest of each, afterwards and after undo; all others are as wanted."""
    def strike(case, when, nth):
        theirs = {}

        def happen():
            for name in STRUCK:
                how(case, name, theirs)
        if command == "undo":
            run("apply", case.plan)
        with Proxy(when, nth, happen) as proxy:
            run(command, case.plan, proxy=proxy.url, wanted=(0, 3))

        def judge(moment):
            now = bucket.versions(case.prefix)
            same({k: now[k][0] for k in theirs}, theirs, "theirs is the newest " + moment)
            case.nothing_lost()
        judge("at the end")
        shown = bucket.shows(case.prefix)
        wanted = case.good if command == "apply" else case.before
        same({k: v for k, v in shown.items() if k not in theirs},
             {k: v for k, v in wanted.items() if k not in theirs}, "all others")
        run("undo", case.plan, wanted=(0, 3))
        judge("after undo")
        return proxy.happened
    return strike


def foreign_tests(folder):
    bucket = Bucket()
    for command in ("apply", "undo"):
        for how, words in ((write, "writes"), (delete, "deletes"), (write_and_delete, "writes and deletes")):
            check(f"a third party {words} at each request of {command}",
                  lambda c=command, h=how: at_each_place(lambda: Case(bucket, folder).planned(), on_keys(bucket, c, h)))
