"""The options of `posecast batch`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from webapp.commands.arguments import add_common, positive, settings_of

_DESCRIPTION = """\
Write the people of many videos, each as `posecast infer` does, to OUT/…/NAME.mp4.jsonl. Folders below the patterns'
fixed part are kept. The same command again does only what is missing: OUT/manifest.jsonl knows what is done, and by
which settings and versions. Exit status: 0 if all are done, 3 if videos failed."""

_CUT_FRAMES = 1500
"""A minute at 25 frames a second: shorter videos are spread well enough as they are."""


def add_batch(commands: Any) -> None:
    parser = commands.add_parser(
        "batch", help="write the people of many videos, on all cores; goes on where it was stopped",
        description=_DESCRIPTION,
    )  # fmt: skip
    parser.add_argument(
        "patterns", nargs="+", metavar="PATTERN", help="videos, or a pattern in quotes such as 'videos/**/*.mp4'"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="folder of the results")
    parser.add_argument("--workers", type=positive, metavar="N", help="videos at a time (default: one a core)")
    parser.add_argument(
        "--ray", metavar="auto|ADDRESS",
        help="spread the videos over a Ray cluster, which sees them and OUT under the same paths; auto: the one that "
        "runs on this machine, or this machine alone",
    )  # fmt: skip
    parser.add_argument(
        "--cut-frames", type=positive, default=_CUT_FRAMES, metavar="N",
        help="with --ray, the network's part of videos with more frames is spread (default: %(default)s)",
    )  # fmt: skip
    parser.add_argument(
        "--overwrite", action="store_true", help="replace files in OUT that no batch wrote, or that were changed since"
    )
    parser.add_argument("--video", action="store_true", help="write overlay videos, too: OUT/…/NAME.mp4.overlay.mp4")
    parser.add_argument("--max-frames", type=positive, metavar="N", help="stop each video after N frames")
    parser.add_argument("--angles", action="store_true", help="measure the angles of joints, in degrees")
    parser.add_argument("--events", type=Path, metavar="FILE", help="rules and zones for events, as JSON")
    add_common(parser, without=("source",))
    parser.set_defaults(command=_batch)


def _batch(options: argparse.Namespace) -> Callable[[], int]:
    from webapp.commands import batch

    settings = settings_of(options)
    chosen = batch.BatchOptions(
        tuple(options.patterns),
        options.output,
        settings.changed({"angles": True}) if options.angles else settings,
        options.max_frames,
        options.events,
        options.config,
        options.video,
        options.overwrite,
        options.workers,
        options.ray,
        options.cut_frames,
    )
    return lambda: batch.run(chosen)
