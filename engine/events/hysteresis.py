"""What keeps rules from chattering: a latch that takes time to change, two thresholds instead of one, and pauses.

In: what is seen now, and the seconds since the last look. Out: changes. `None` is unknown: nothing changes by it.
"""

from __future__ import annotations

from typing import Literal

Change = Literal["rose", "fell"]


class Latch:
    """On once a condition has held for `on_s` seconds, off once it has not for `off_s`; short lapses count against it.

    Time counts only between two looks that agree, so that one look alone changes nothing, however long ago the last
    one was.
    """

    def __init__(self, on_s: float, off_s: float) -> None:
        self._on_s, self._off_s = on_s, off_s
        self.on = False
        self._towards = 0.0
        """Seconds on the way to the other state."""
        self._last: bool | None = None

    def update(self, condition: bool | None, dt: float) -> Change | None:
        """One look, `dt` seconds after the last one."""
        if condition is None:
            return None
        agrees, self._last = condition == self._last, condition
        if condition == self.on:
            self._towards = max(0.0, self._towards - dt)
            return None
        if agrees:
            self._towards += dt
        if self._towards < (self._off_s if self.on else self._on_s) or not agrees:
            return None
        self.on, self._towards = condition, 0.0
        return "rose" if condition else "fell"

    def interrupt(self) -> None:
        """Forget how far it is on the way to the other state, as after a cut."""
        self._towards, self._last = 0.0, None


def beyond(value: float, was: bool, enter: float, leave: float) -> bool:
    """Whether `value` is above a threshold: above `enter`, or, if it `was`, still above the lower `leave`."""
    return value > (leave if was else enter)


class Cooldown:
    """Lets something through at most once in `seconds` for each key."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._last: dict[object, float] = {}

    def allows(self, key: object, now: float) -> bool:
        """Whether it may happen at `now`; if so, the pause begins."""
        if now - self._last.get(key, -self._seconds) < self._seconds:
            return False
        self._last = {other: at for other, at in self._last.items() if now - at < self._seconds}
        self._last[key] = now
        return True
