#!/usr/bin/env bash
# Runs the tests that ask programs in other languages for their opinion: Avro's
# Java library. Needs a JDK and mvn; the rest of the tests need neither.
set -euo pipefail
cd "$(dirname "$0")/.."

for program in javac mvn; do
  command -v "$program" >/dev/null || { echo "hack/oracle.sh: $program is missing (Debian: openjdk-17-jdk-headless maven)" >&2; exit 1; }
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

mvn -q -f test/oracle/java/pom.xml dependency:build-classpath -Dmdep.outputFile="$out/classpath"
classpath=$(cat "$out/classpath")
javac -cp "$classpath" -d "$out" test/oracle/java/Resolve.java
PLASTRON_ORACLE_JAVA="java -cp $out:$classpath Resolve" go test -tags oracle -count=1 -run Java ./runtime/format/avro "$@"
