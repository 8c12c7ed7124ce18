"""The arrays that pass between rooms, named, so that callers need not know the library they come from."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

MixBlock: TypeAlias = NDArray[np.int32]
"""int32 `[n, channels]`: decoded samples."""
ModelInput: TypeAlias = NDArray[np.float32]
"""float32 `[2, segment_samples]`, full scale 1.0."""
ModelOutput: TypeAlias = NDArray[np.float32]
"""float32 `[stems, 2, segment_samples]`."""
