"""A failing list of operations, with as few of them as still fail."""
import time


def shrink(operations, fails, seconds):
    """Delta debugging: leave out ever smaller pieces, as long as the rest still fails."""
    end = time.monotonic() + seconds
    pieces = 2
    while len(operations) > 1 and time.monotonic() < end:
        size = -(-len(operations) // pieces)
        for start in range(0, len(operations), size):
            rest = operations[:start] + operations[start + size:]
            if time.monotonic() < end and fails(rest):
                operations, pieces = rest, max(pieces - 1, 2)
                break
        else:
            if size == 1:
                break
            pieces = min(2 * pieces, len(operations))
    return operations
