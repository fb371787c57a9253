"""Work on a bus that goes on whatever happens to it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from engine.bus.address import BusAddress
from engine.bus.bus import Bus, BusError
from engine.retry import pause_s

log = logging.getLogger(__name__)

FIRST_S, LONGEST_S = 0.2, 4.0
"""Pauses before another attempt, seconds."""


def keep_on(
    address: BusAddress, work: Callable[[Bus], None], lost: Callable[[BusError], None], stopping: threading.Event
) -> None:
    """Do `work` on a connection of its own, again and again until `stopping`; `lost` is told of each interruption."""
    failures = 0
    while not stopping.is_set():
        bus, began = Bus(address), time.monotonic()
        try:
            work(bus)
        except BusError as error:
            lost(error)
        except Exception:
            log.exception("error while working on %s", address.shown)
        finally:
            bus.close()
        failures = 1 if time.monotonic() - began > LONGEST_S else failures + 1
        stopping.wait(pause_s(failures, FIRST_S, LONGEST_S))
