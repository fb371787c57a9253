"""Live outputs: scenes sent to other programs as they are made.

    outputs = Outputs(Feed(pipeline.snapshots, text_of))   # text_of(version, snapshot): the scene as JSON
    outputs.set([Wanted("osc://127.0.0.1:9000")])
    outputs.close()

Each output has a thread of its own (`runner`), which takes the newest snapshot: neither the pipeline nor the other
outputs wait for it. A protocol is one file with a subclass of `Output`, and one line in `schemes`.
"""

from engine.outputs.feed import Feed as Feed
from engine.outputs.outputs import MOST as MOST
from engine.outputs.outputs import Entry as Entry
from engine.outputs.outputs import Outputs as Outputs
from engine.outputs.outputs import Wanted as Wanted
from engine.outputs.report import Report as Report
from engine.outputs.report import TestResult as TestResult
from engine.outputs.schemes import SCHEMES as SCHEMES
