"""TRC: the markers of one person as OpenSim reads them: metres, y up, `nan` in gaps (its
reader refuses empty cells).

Times are those of the recording, so that the files of several people fit together; rows before the person comes and
after they have gone are left out.
"""

from __future__ import annotations

from pathlib import Path

from engine.exports.format import Format, Progress
from engine.exports.rows import present
from engine.motion import Clip
from engine.skeleton import JOINT_COUNT, JOINTS


def write(clip: Clip, path: Path, progress: Progress) -> None:
    (motion,) = clip.motions()
    rows = present(motion.placed)
    count = len(rows)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(f"PathFileType\t4\t(X/Y/Z)\t{clip.source}\n")
        file.write(
            "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n"
        )
        rate = f"{clip.rate:.6g}"
        file.write(f"{rate}\t{rate}\t{count}\t{JOINT_COUNT}\tm\t{rate}\t1\t{count}\n")
        file.write("Frame#\tTime\t" + "\t\t\t".join(JOINTS) + "\t\t\n")
        file.write("\t\t" + "\t".join(f"{axis}{n}" for n in range(1, JOINT_COUNT + 1) for axis in "XYZ") + "\n\n")
        for number, row in enumerate(rows, start=1):
            values = (_cell(value) for value in motion.joints[row].ravel())
            file.write(f"{number}\t{motion.times[row]:.6f}\t" + "\t".join(values) + "\n")
            progress(number / count)


def _cell(value: float) -> str:
    return f"{value:.6f}"


FORMAT = Format("TRC, markers for OpenSim", "text/tab-separated-values", write, most_people=1)
