"""From more than 8 bits to what a screen shows."""

from __future__ import annotations

import numpy as np

WINDOW = (0.5, 99.5)
"""Percentiles that become black and white where more than 8 bits come without a window of their own."""


def window(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map ``low`` … ``high`` linearly to 0 … 255 and clip; a flat range gives black below it and white above."""
    scaled = (values.astype(np.float32) - low) * (255.0 / max(high - low, 1e-6))
    return np.asarray(np.clip(np.rint(scaled), 0, 255), dtype=np.uint8)


def percentile_window(values: np.ndarray, seen: np.ndarray | None = None) -> np.ndarray:
    """Window to the percentiles :data:`WINDOW`, or to the full range where they coincide (masks, nearly empty films).

    Parameters
    ----------
    seen
        Which pixels are of a patient, bool (H, W): the others don't set the window.
    """
    finite = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    counted = finite if seen is None or not seen.any() else finite[seen]
    low, high = np.percentile(counted, WINDOW)
    if low == high:
        low, high = counted.min(), counted.max()
    return window(finite, float(low), float(high))
