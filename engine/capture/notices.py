"""Warnings about a source, each logged once: a damaged file that plays in a loop is reported in the first round."""

from __future__ import annotations

import logging


class Notices:
    def __init__(self, logger: logging.Logger) -> None:
        self._logger = logger
        self._said: set[str] = set()

    def warn(self, text: str) -> None:
        if text not in self._said:
            self._said.add(text)
            self._logger.warning("%s", text)
