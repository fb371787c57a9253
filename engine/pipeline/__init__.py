"""The live engine: a source, a network and their threads, of which the newest result wins.

    capture --Slot--> worker: processor.process --Slot--> whoever shows snapshots
                        ^ setup <-- loader (one per switch)

`Pipeline` is what a server holds. Everything can be changed while it runs: what takes long is made ready beside
what runs, and takes over between two frames.
"""

from engine.pipeline.comparison import Choice, Comparison, Side
from engine.pipeline.events import Event, ProblemEvent, ProgressEvent, StateEvent
from engine.pipeline.parts import Parts
from engine.pipeline.pipeline import Pipeline
from engine.pipeline.refusals import BackendUnavailable, SwitchInProgress, UnknownBackend
from engine.pipeline.state import EngineState, Stats, Switching
from engine.pipeline.timing import Timing

__all__ = [
    "BackendUnavailable",
    "Choice",
    "Comparison",
    "EngineState",
    "Event",
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
