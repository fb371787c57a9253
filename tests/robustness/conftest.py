"""The application of tests/webapp, for the tests of trust."""

from tests.webapp.conftest import *  # noqa: F403  (fixtures)
