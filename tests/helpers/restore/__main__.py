"""What seedbank-bucket does to a bucket, judged by AWS's own client.

restore kill|cut            at each request of apply and undo: kill -9 the program, or cut the connection
restore foreign             a third party that writes the same keys between every two requests
restore changes             what changes around the program between every two requests: versioning is suspended,
                            rights are taken away, credentials expire, the server throttles or fails
restore journal             at each thing done to plan and journal: death, a full disk, a faulty one
restore oracle [ROUNDS [SEED [MODE]]]   random histories: the state remembered at random moments, brought back,
                            compared byte for byte, taken back, compared again; a failure is shrunk
restore replay FILE [MODE]  the operations that a failed round printed, one a line

Server and keys come from SEEDBANK_S3_*, the program from SEEDBANK_BUCKET. Prints TAP; exit 1 when a test failed.
"""
import sys
import tempfile

import changes
import foreign
import journal
import kill
import oracle
import program

TESTS = {"kill": kill.kill_tests, "cut": kill.cut_tests, "foreign": foreign.foreign_tests, "changes": changes.changes_tests,
         "journal": journal.journal_tests, "oracle": oracle.oracle_tests, "replay": oracle.replay_test}


def main():
    with tempfile.TemporaryDirectory() as folder:
        what, *more = sys.argv[1:]
        TESTS[what](folder, *more)
    return 1 if program.failed else 0


sys.exit(main())
