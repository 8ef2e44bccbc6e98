"""What users of confluent-kafka do with a registry, against a running one.

INTEROP_REGISTRY is its URL, INTEROP_KAFKA the address of a broker, INTEROP_REST
the URL of a REST proxy, and INTEROP_FLAVOUR says whose behaviour to expect where products differ.
"""

import sys

import report
import surface  # noqa: F401  adds its checks
import formats  # noqa: F401  adds its checks
import broker  # noqa: F401  adds its checks
import proxy  # noqa: F401  adds its checks

sys.exit(1 if report.run() else 0)
