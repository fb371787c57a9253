"""The live engine: a source, a network and their threads; the newest result wins.

    reader --Slot--> worker: processor.process --Slot--> subscribers
                       ^ setup <-- switching (one job per switch)

A server owns a `Pipeline`. Everything can be changed while it runs: slow changes are prepared in parallel, and take
effect between two frames.

Modules from the lowest floor to the highest; each imports only from lower ones:

    timing, comparison, events, job, refusals, watchdog    records and tools
    state, parts, reader                                   what others see; what may be replaced; one source's thread
    meter, feed                                            statistics; which source is current
    worker                                                 the thread that makes snapshots; the record of the setup
    current, comparer                                      the setup in effect; a comparison at work
    floor                                                  the floor found from people, on which the camera stands
    switching, comparisons                                 at most one switch, at most one comparison
    failover                                               replaces a network that fails or hangs
    pipeline                                               everything, connected
"""

from engine.pipeline.comparison import Choice, Comparison, Side
from engine.pipeline.events import Event, ProblemEvent, ProgressEvent, StateEvent
from engine.pipeline.parts import Parts
from engine.pipeline.pipeline import Pipeline
from engine.pipeline.refusals import BackendUnavailable, NothingToCancel, SwitchInProgress, UnknownBackend
from engine.pipeline.state import EngineState, Stats, Switching
from engine.pipeline.timing import Timing

__all__ = [
    "BackendUnavailable",
    "Choice",
    "Comparison",
    "EngineState",
    "Event",
    "NothingToCancel",
    "Parts",
    "Pipeline",
    "ProblemEvent",
    "ProgressEvent",
    "Side",
    "StateEvent",
    "Stats",
    "SwitchInProgress",
    "Switching",
    "Timing",
    "UnknownBackend",
]
