"""Runs checks and prints one line each: state, feature and, when it failed, why.

hack/interop.sh reads these lines (fields are separated by tabs) and makes the
table of docs/interop.md from them.
"""

import os
import traceback
import uuid

REGISTRY = os.environ["INTEROP_REGISTRY"]
KAFKA = os.environ.get("INTEROP_KAFKA", "")
REST = os.environ.get("INTEROP_REST", "")
FLAVOUR = os.environ.get("INTEROP_FLAVOUR", "karapace")

RUN = "interop-" + uuid.uuid4().hex[:8]

_checks = []


def check(feature):
    """Adds a function to the checks, under the name of a feature."""

    def add(function):
        _checks.append((feature, function))
        return function

    return add


def equal(got, want, what):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def run():
    """Runs all checks in the order of their definition; the number that failed."""
    failed = 0
    for feature, function in _checks:
        try:
            function()
        except Exception as err:  # whatever a client raises is a failed check
            failed += 1
            reason = " ".join(f"{type(err).__name__}: {err}".split())
            print(f"FAIL\t{feature}\t{reason}", flush=True)
            traceback.print_exc()
        else:
            print(f"ok\t{feature}", flush=True)
    return failed
