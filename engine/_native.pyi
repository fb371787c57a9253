"""The inner loops in C++ (native/): see engine/decoding.py, engine/lifting/keypoints.py, engine/fitting/solver.py."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

def dense(
    rows: NDArray[np.float32], weight: NDArray[np.float32], bias: NDArray[np.float32], rectified: bool
) -> NDArray[np.float32]: ...
def extract_people(
    heatmaps: NDArray[np.float32], pafs: NDArray[np.float32], *, min_paf_ratio: float = 0.8
) -> tuple[NDArray[np.float32], NDArray[np.float32]]: ...
def find_peaks(heatmaps: NDArray[np.float32]) -> list[NDArray[np.float32]]: ...
def relax(
    joints: NDArray[np.floating[Any]],
    prior: NDArray[np.floating[Any]],
    prior_weight: NDArray[np.floating[Any]],
    rays: NDArray[np.floating[Any]],
    ray_weight: NDArray[np.floating[Any]],
    bones: NDArray[np.intc],
    lengths: NDArray[np.floating[Any]],
    bone_weight: NDArray[np.floating[Any]],
    plane: NDArray[np.floating[Any]],
    plane_weight: NDArray[np.floating[Any]],
    depth: NDArray[np.floating[Any]],
    depth_weight: NDArray[np.floating[Any]],
    iterations: int,
) -> NDArray[np.float64]: ...
