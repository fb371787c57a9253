"""The application of tests/webapp, for the robustness tests."""

from tests.webapp.conftest import *  # noqa: F403  (fixtures)
