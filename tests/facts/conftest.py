"""How hard the property tests of the data plane look: HYPOTHESIS_PROFILE=deep for a long hunt."""

import os

from hypothesis import HealthCheck, settings

# An example is many statements, and one connection, rolled back after each, serves them all.
_QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]

settings.register_profile("facts", deadline=None, max_examples=25, suppress_health_check=_QUIET)
settings.register_profile("deep", deadline=None, max_examples=5_000, suppress_health_check=_QUIET)
IS_DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"
STORIES = settings.get_profile("deep" if IS_DEEP else "facts")
