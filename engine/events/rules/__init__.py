"""The rules, a file each: `Options` are a rule's numbers, the class beside it is the rule.

A new rule is a file and a line in `RULES`, and its kind of event in `engine.types.EVENT_KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.events.rules import close, dwell, entered, fall, hands_up, left, nobody, repetition, zone
from engine.events.view import Rule


@dataclass(frozen=True, slots=True)
class Kind:
    """One rule of the table."""

    title: str
    """As the page calls it."""
    options: type[Any]
    make: Callable[[Any], Rule]


RULES = {
    "entered": Kind("Somebody comes", entered.Options, entered.Entered),
    "left": Kind("Somebody leaves", left.Options, left.Left),
    "nobody": Kind("Nobody is there", nobody.Options, nobody.Nobody),
    "zone": Kind("Zone entered or left", zone.Options, zone.ZoneRule),
    "dwell": Kind("Staying in a zone", dwell.Options, dwell.Dwell),
    "fall": Kind("A fall", fall.Options, fall.Fall),
    "hands_up": Kind("Hands up", hands_up.Options, hands_up.HandsUp),
    "close": Kind("Two people close", close.Options, close.Close),
    "repetition": Kind("Repetitions", repetition.Options, repetition.Repetition),
}
"""By name, in the order in which the page shows them."""

__all__ = ["RULES", "Kind"]
