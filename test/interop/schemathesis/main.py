"""Fuzzes a registry by its own OpenAPI document.

INTEROP_REGISTRY is its URL. The run ends after INTEROP_FUZZ_SECONDS; with the
same INTEROP_FUZZ_SEED it begins with the same requests. It changes modes and
levels and deletes what it finds: never run it against a registry that matters.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request

REGISTRY = os.environ["INTEROP_REGISTRY"].rstrip("/")
SECONDS = int(os.environ.get("INTEROP_FUZZ_SECONDS", "45"))
METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
CHECKS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schemathesis.toml")
FEATURE = "OpenAPI: no 5xx, no undocumented status, bodies conform"


def fuzz(folder):
    """Runs schemathesis; its exit code and its output."""
    done = subprocess.run(
        ["schemathesis", "--config-file", CHECKS, "run", f"{REGISTRY}/openapi.json", "--max-time", str(SECONDS),
         "--seed", os.environ.get("INTEROP_FUZZ_SEED", "1"), "--continue-on-failure", "--no-shrink",
         # Two threads of Hypothesis break each other's caches now and then.
         "--workers", "1",
         "--suppress-health-check", "all", "--request-timeout", "10"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=SECONDS + 120)
    return done.returncode, done.stdout


def operations():
    """How many the document describes, without its own, which is not fuzzed."""
    with urllib.request.urlopen(f"{REGISTRY}/openapi.json", timeout=10) as answer:
        paths = json.load(answer)["paths"]
    return sum(len(METHODS & item.keys()) for path, item in paths.items() if path != "/openapi.json")


def number(pattern, output):
    found = re.search(pattern, output)
    return int(found.group(1)) if found else 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        code, output = fuzz(folder)
    print(output, file=sys.stderr)
    cases, tested = number(r"(\d+) generated", output), number(r"Tested: (\d+)", output)
    wrong = []
    if code != 0:
        found = re.findall(r"❌ (ST\d+ .*)", output)
        wrong.append("; ".join(found) or f"exit code {code}, see its output")
    if tested != operations():
        wrong.append(f"{tested} of {operations()} operations were tested")
    if cases < 5 * tested:
        wrong.append(f"only {cases} requests were made")
    if wrong:
        print(f"FAIL\t{FEATURE}\t{'; '.join(wrong)}")
        sys.exit(1)
    print(f"ok\t{FEATURE}")
    print(f"note\t{cases} requests to {tested} operations")


main()
