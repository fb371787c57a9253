"""The inner loops in C++ (native/): see engine/decoding.py, engine/lifting/keypoints.py and engine/fitting/solver.py."""

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
    joints: NDArray[np.float64],
    prior: NDArray[np.float64],
    prior_weight: NDArray[np.float64],
    rays: NDArray[np.float64],
    ray_weight: NDArray[np.float64],
    bones: NDArray[np.intc],
    lengths: NDArray[np.float64],
    bone_weight: NDArray[np.float64],
    depth: NDArray[np.float64],
    depth_weight: NDArray[np.float64],
    iterations: int,
) -> NDArray[np.float64]: ...
