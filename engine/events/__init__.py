"""What happens in a scene: few rules, each with hysteresis and a pause, over people and zones.

    watch = EventWatch(load_rules("rules.json"))
    for snapshot in snapshots:
        for event in watch.see(snapshot).events:
            print(event.time, event.label)

`presence` says who is there and `zones` who is in which zone; the files in `rules/` look at that and at bodies.
"""

from engine.events.document import EventRules, default_rules, describe, load_rules
from engine.events.watch import EventWatch
from engine.events.zones import Zone

__all__ = ["EventRules", "EventWatch", "Zone", "default_rules", "describe", "load_rules"]
