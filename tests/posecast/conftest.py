"""The server of the web application's tests, for the client here."""

from tests.webapp.conftest import app, options, pipeline, playing, served, services, settings

__all__ = ["app", "options", "pipeline", "playing", "served", "services", "settings"]
