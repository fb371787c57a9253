"""The floor that fits all stances best, and how well it is known.

Unknown are the direction up n, the camera's height h above the floor, the height of every person p over the assumed
one, exp(s_p), and the lifter's common lean b. With the ray k to a foot x, each stance gives three residuals:

    across the ray   d . (k x n)                       the body d stands upright, as seen in the picture
    along the ray    lean of d towards k, less b       the same as the lifter sees it: less certain
    height           ln(a - n . x) + s_p - ln h        the foot x, its ankle a above the sole, is on the floor

All are divided by their standard deviations, and outliers lose their weight. Priors keep what nobody tells where it
usually is. Gauss-Newton; people's heights are eliminated exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.floor.stances import Stances
from engine.floor.standing import unit
from engine.geometry import Array, rotation_from_vector

ANKLE_HEIGHT = 0.08 / 1.8
"""Height of the ankle joint above the sole, over the body's height."""
LEAN_KEPT = 0.88
"""Part of the angle between a body and the picture's plane that the lifter finds, since it takes people for parallel to
the picture where it does not know. Measured on projected standing bodies, 0 to 60 degrees: 0.86 to 0.93."""
ACROSS_DEG, ALONG_DEG, LENGTH = 3.0, 5.0, 0.05
"""Standard deviations of a stance, and as large ones of a single sample of it: of directions across and along the ray,
and of the logarithm of a depth. From the truth of the demo stage and of four calibrated laboratory cameras."""
COMMON_LEAN_DEG = 3.0
"""Standard deviation of the lean that all bodies of a scene have in common."""
PEOPLE_LN = 0.1
"""Standard deviation of the logarithm of people's heights, tall children among them."""
USUAL_TILT_DEG = 30.0
"""Standard deviation of cameras' tilt: only a weak prior."""
USUAL_ROLL_DEG = 3.0
"""Half width of the distribution of cameras' roll, which is Cauchy's: most stand level, some do not at all."""
USUAL_HEIGHT, USUAL_HEIGHT_LN = 0.9, 0.6
"""Camera height over people's height, and the standard deviation of its logarithm."""
DOUBT = 2.0
"""Factor on the standard deviations: errors of one scene have more in common than the model says. Without it, errors on
five cameras with known poses are 1 to 3 standard deviations."""
_TOLERANCE = 3.5
"""Standard deviations at which a residual has a quarter of its weight."""
_LOWEST = 0.02
"""Least height of a camera above a foot, over the assumed height: feet above the horizon are outliers."""
_ROUNDS = 12
_STEP = 1e-4
_CONVERGED = 3e-4


@dataclass(frozen=True, slots=True, eq=False)
class FloorEstimate:
    """The floor as seen from the camera, with standard deviations."""

    up: Array
    """(3,) unit vector, camera frame."""
    height: float
    """The camera's height above the floor over the assumed height of people."""
    tilt_sd_deg: float
    """Of the direction up, in any plane."""
    height_sd: float
    """Fraction of `height`, if people are as tall as assumed on average."""

    def off_deg(self, other: FloorEstimate) -> float:
        """Degrees between both directions up."""
        return float(np.degrees(np.arccos(np.clip(self.up @ other.up, -1, 1))))


@dataclass(frozen=True, slots=True, eq=False)
class _Unknowns:
    up: Array
    ln_h: float
    lean: float
    """Radians."""
    people: Array
    """(P,) logarithms."""

    def moved(self, step: Array, people: Array) -> _Unknowns:
        """After a step by two angles, ln h and the lean, and by people's heights."""
        turned = _turns(self.up)[0] * step[0] + _turns(self.up)[1] * step[1]
        return _Unknowns(
            rotation_from_vector(turned) @ self.up,
            self.ln_h + float(step[2]), self.lean + float(step[3]), self.people + people,
        )  # fmt: skip


def solve(stances: Stances) -> FloorEstimate | None:
    """The floor under the stances; None if there are none, or they lead nowhere."""
    if not len(stances.person):
        return None
    now = _start(stances)
    for _ in range(_ROUNDS):
        step, people, covariance = _round(stances, now)
        now = now.moved(step, people)
        if not np.isfinite(now.up).all() or abs(now.ln_h) > _FAR:
            return None
        if np.abs(step).max() < _CONVERGED:
            break
    tilt_sd = np.degrees(np.sqrt(np.trace(covariance[:2, :2]) / 2))
    return FloorEstimate(
        now.up, float(np.exp(now.ln_h)), DOUBT * float(tilt_sd), DOUBT * float(covariance[2, 2] ** 0.5)
    )


_FAR = 4.0
"""Maximum logarithm of the height over people's: a hundred metres."""


def _start(stances: Stances) -> _Unknowns:
    """The direction that most of the bodies share roughly, and the median height above their feet."""
    near = stances.up @ stances.up.T > np.cos(np.radians(15))
    up = unit(stances.up[near[(near * stances.count).sum(axis=1).argmax()]].mean(axis=0))
    below = np.median(np.log(np.maximum(ANKLE_HEIGHT - stances.foot @ up, _LOWEST)))
    return _Unknowns(up, float(below), 0.0, np.zeros(int(stances.person.max()) + 1))


def _turns(up: Array) -> Array:
    """(2, 3) axes across `up`, about which it turns."""
    first = unit(np.cross(up, np.eye(3)[np.abs(up).argmin()]))
    return np.stack([first, np.cross(up, first)])


def _round(stances: Stances, now: _Unknowns) -> tuple[Array, Array, Array]:
    """One step of Gauss-Newton: (4,) two angles, ln h and lean, and (P,) people's heights; (4, 4) covariance."""
    deviations = np.sqrt(1 + 1 / stances.count) * np.array(
        [np.radians([ACROSS_DEG]), np.radians([ALONG_DEG]), [LENGTH]]
    )
    r, J = _residuals(stances, now)
    r, J = r / deviations, J / deviations[..., None]
    weights = _weights(r)
    r0, J0 = _priors(now)
    A = np.einsum("rsi,rs,rsj->ij", J, weights, J) + J0.T @ J0
    g = np.einsum("rsi,rs->i", J, weights * r) + J0.T @ r0
    # A person's height enters the third residual only, so that its block of the normal equations is one number.
    k = weights[2] / deviations[2]
    usual = _weights(now.people / PEOPLE_LN) / PEOPLE_LN**2
    a = _by_person(stances, k / deviations[2]) + usual
    gp = _by_person(stances, k * r[2]) + usual * now.people
    C = np.stack([_by_person(stances, k * J[2, :, i]) for i in range(4)])
    covariance = np.linalg.inv(A - (C / a) @ C.T)
    step = -covariance @ (g - (C / a) @ gp)
    return step, -(gp + C.T @ step) / a, covariance


def _by_person(stances: Stances, values: Array) -> Array:
    return np.asarray(np.bincount(stances.person, values), dtype=float)


def _weights(residuals: Array) -> Array:
    """Weights by Geman and McClure: what is far off, such as somebody on a wall, has no say at all."""
    return np.asarray((1 + (residuals / _TOLERANCE) ** 2) ** -2)


def _residuals(stances: Stances, now: _Unknowns) -> tuple[Array, Array]:
    """(3, S) and their derivatives (3, S, 4) by two angles, ln h and lean."""
    steps = np.concatenate([np.zeros((1, 3)), np.cross(_turns(now.up), now.up) * _STEP])
    shapes = _shapes(stances, unit(now.up + steps))
    J = np.zeros((*shapes.shape[1:], 4))
    J[..., :2] = np.moveaxis((shapes[1:] - shapes[0]) / _STEP, 0, -1)
    J[2, :, 2], J[1, :, 3] = -1.0, -1.0
    r = shapes[0]
    r[1] -= now.lean
    r[2] += now.people[stances.person] - now.ln_h
    return r, J


def _shapes(stances: Stances, ups: Array) -> Array:
    """(U, 3) directions -> (U, 3, S): angles of the bodies across and along their rays, logarithms of foot depths."""
    ray, up = unit(stances.foot), ups[:, None]
    side = unit(np.cross(ray, up))
    towards = np.cross(side, up)  # horizontally, towards the camera
    across = np.arcsin(np.clip((side * stances.up).sum(axis=-1), -1, 1))
    lean = np.arctan2((towards * stances.up).sum(axis=-1), (up * stances.up).sum(axis=-1))
    elevation = np.arcsin(np.clip(-(up * ray).sum(axis=-1), -1, 1))
    below = np.maximum(ANKLE_HEIGHT - (up * stances.foot).sum(axis=-1), _LOWEST)
    return np.stack([across, lean + (1 - LEAN_KEPT) * elevation, np.log(below)], axis=1)


def _priors(now: _Unknowns) -> tuple[Array, Array]:
    """(4,) residuals of roll, tilt, height and lean, and (4, 4) their derivatives."""
    turns = np.cross(_turns(now.up), now.up)
    x, y, z = now.up
    level = max(np.hypot(x, y), 1e-6)
    roll, tilt = np.arctan2(x, -y), np.arctan2(z, level)
    d_roll, d_tilt = np.array([-y, x, 0]) / level**2, np.array([-x * z / level, -y * z / level, level])
    r = np.array([
        roll / np.radians(USUAL_ROLL_DEG), tilt / np.radians(USUAL_TILT_DEG),
        (now.ln_h - np.log(USUAL_HEIGHT)) / USUAL_HEIGHT_LN, now.lean / np.radians(COMMON_LEAN_DEG),
    ])  # fmt: skip
    J = np.diag([0.0, 0.0, 1 / USUAL_HEIGHT_LN, 1 / np.radians(COMMON_LEAN_DEG)])
    J[0, :2] = turns @ d_roll / np.radians(USUAL_ROLL_DEG)
    J[1, :2] = turns @ d_tilt / np.radians(USUAL_TILT_DEG)
    cauchy = np.sqrt(np.array([2 / (1 + r[0] ** 2), 1, 1, 1]))
    return r * cauchy, J * cauchy[:, None]
