"""The five people of the stage: their measures and what they wear."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.geometry import Array

Colour = tuple[float, float, float]
"""BGR, 0..255."""


@dataclass(frozen=True, slots=True)
class Body:
    """Lengths in metres, along the bones; widths are half-widths, from the middle of the body."""

    height: float
    torso: float
    neck: float
    head: float
    shoulder_width: float
    hip_width: float
    upper_arm: float
    forearm: float
    thigh: float
    shin: float
    girth: float
    """Factor by which all thicknesses are multiplied."""
    skin: Colour
    shirt: Colour
    trousers: Colour
    shoes: Colour
    hair: Colour
    sleeves: str
    """'long', 'short' or 'none'."""
    shorts: bool = False

    @property
    def thickness(self) -> float:
        """Metres that a capsule radius of 1 stands for."""
        return self.girth * self.height

    def paint(self, part: str) -> Array:
        """(3,) BGR of 'upper_arm', 'forearm' or 'shin', as clothed."""
        covered = {
            "upper_arm": self.sleeves != "none",
            "forearm": self.sleeves == "long",
            "shin": not self.shorts,
        }[part]
        cloth = self.trousers if part == "shin" else self.shirt
        return np.array(cloth if covered else self.skin)


WAVER = Body(
    height=1.7813, torso=0.5412, neck=0.0828, head=0.2239, shoulder_width=0.1999, hip_width=0.1024,
    upper_arm=0.2765, forearm=0.2775, thigh=0.4520, shin=0.4170, girth=0.9712,
    skin=(85, 123, 175), shirt=(13, 122, 50), trousers=(144, 153, 83), shoes=(146, 126, 79), hair=(52, 63, 81),
    sleeves="long",
)  # fmt: skip
SQUATTER = Body(
    height=1.5721, torso=0.4621, neck=0.0669, head=0.1930, shoulder_width=0.1811, hip_width=0.0861,
    upper_arm=0.2724, forearm=0.2395, thigh=0.3858, shin=0.3693, girth=0.9490,
    skin=(159, 182, 220), shirt=(23, 33, 177), trousers=(174, 150, 183), shoes=(10, 15, 8), hair=(41, 50, 65),
    sleeves="long", shorts=True,
)  # fmt: skip
DANCER = Body(
    height=1.7294, torso=0.5224, neck=0.0791, head=0.2313, shoulder_width=0.1891, hip_width=0.0956,
    upper_arm=0.2856, forearm=0.2710, thigh=0.4167, shin=0.4112, girth=0.8737,
    skin=(57, 91, 144), shirt=(50, 58, 46), trousers=(52, 113, 30), shoes=(89, 144, 70), hair=(29, 35, 45),
    sleeves="short",
)  # fmt: skip
JUMPER = Body(
    height=1.5679, torso=0.4514, neck=0.0683, head=0.2014, shoulder_width=0.1716, hip_width=0.0911,
    upper_arm=0.2498, forearm=0.2400, thigh=0.3749, shin=0.3850, girth=1.1149,
    skin=(63, 100, 158), shirt=(131, 208, 232), trousers=(236, 115, 44), shoes=(34, 31, 26), hair=(38, 47, 60),
    sleeves="none",
)  # fmt: skip
WALKER = Body(
    height=1.8978, torso=0.5597, neck=0.0861, head=0.2431, shoulder_width=0.2159, hip_width=0.1011,
    upper_arm=0.2958, forearm=0.2975, thigh=0.4632, shin=0.4485, girth=0.9789,
    skin=(81, 118, 167), shirt=(106, 37, 72), trousers=(224, 219, 223), shoes=(89, 128, 142), hair=(13, 15, 20),
    sleeves="short",
)  # fmt: skip
