"""Says what Avro's Python library makes of schemas.

With the argument "examples" it prints its own test data, a JSON object per
line: {"schema", "valid"}, {"schema", "crc", "md5", "sha256"}, and {"schema"}
for the schemas that it compares with each other.

With "compare" each line of the input is {"reader", "writer"}, and the answer is
a line {"fits", "messages"}, or {"crash"} where the library raises.
"""

import json
import sys

import avro.schema
import avro.test.test_compatibility as compatibility_tests
import avro.test.test_schema as schema_tests
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType


def examples():
    for example in schema_tests.EXAMPLES:
        yield {"schema": str(example), "valid": example.valid}
    for schema, (crc, md5, sha256) in schema_tests.FINGERPRINT_EXAMPLES:
        yield {"schema": schema, "crc": crc, "md5": md5, "sha256": sha256}
    for value in vars(compatibility_tests).values():
        if isinstance(value, avro.schema.Schema):
            yield {"schema": str(value)}


def compare(reader, writer):
    try:
        result = ReaderWriterCompatibilityChecker().get_compatibility(avro.schema.parse(reader), avro.schema.parse(writer))
    except Exception as problem:  # whatever it raises is the answer
        return {"crash": repr(problem)}
    return {
        "fits": result.compatibility is SchemaCompatibilityType.compatible,
        "messages": sorted(result.messages),
    }


def run():
    if sys.argv[1] == "examples":
        for example in examples():
            print(json.dumps(example))
        return
    for line in sys.stdin:
        question = json.loads(line)
        print(json.dumps(compare(question["reader"], question["writer"])))


if __name__ == "__main__":
    run()
