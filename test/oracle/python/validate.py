"""Says which values fit a JSON Schema, in the opinion of Python's jsonschema.

Reads one JSON object per line, {"schema": …, "values": […]}, and answers each
with a line that holds a JSON array: true, false, or a text when the library
raised something else than "does not fit". Schemas without "$schema" are of
draft 7. Run by hack/oracle.sh.
"""

import json
import sys

import jsonschema


def verdict(validator, value):
    try:
        return validator.is_valid(value)
    except RecursionError:
        return "recursion"
    except Exception as error:  # What the library raises is part of its answer.
        return f"{type(error).__name__}: {error}"


def main():
    for line in sys.stdin:
        question = json.loads(line)
        schema = question["schema"]
        cls = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)
        validator = cls(schema)
        print(json.dumps([verdict(validator, value) for value in question["values"]]), flush=True)


if __name__ == "__main__":
    main()
