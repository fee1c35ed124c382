"""The program under test, and the checks of it as TAP."""
import os
import subprocess
import traceback

PROGRAM = os.environ["SEEDBANK_BUCKET"]
number = failed = 0


def check(description, test):
    """One test of the TAP stream."""
    global number, failed
    number += 1
    try:
        test()
        print(f"ok {number} - {description}", flush=True)
        return True
    except Exception:  # whatever it is, it is a failure
        failed += 1
        print(f"not ok {number} - {description}", flush=True)
        print("".join("#   " + line for line in traceback.format_exc().splitlines(True)), flush=True)
        return False


def run(*arguments, wanted=(0,), proxy=None, holder=None, wrapper=(), more=None):
    """Run it to its end: (exit code, what it said). `holder` gets the process as soon as it runs."""
    environment = {**os.environ, **(more or {})}
    if proxy:
        environment["http_proxy"] = proxy
    process = subprocess.Popen([*wrapper, PROGRAM, *arguments], env=environment, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if holder is not None:
        holder.append(process)
    output = process.communicate(timeout=120)[0].decode(errors="replace")
    if process.returncode not in wanted:
        raise AssertionError(f"{arguments}: exit {process.returncode}\n{output}")
    return process.returncode, output
