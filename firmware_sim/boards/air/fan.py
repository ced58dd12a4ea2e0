"""What a particle sensor reads while its fan runs up."""

import math


def settled_share(running_s: float, settle_s: float) -> float:
    """Share (0 to 1) of the true concentration that is read `running_s` after the fan started.

    The chamber first holds still air that has shed its particles; the fan replaces it. The makers
    give only the time after which readings are good (`settle_s`); the curve between is ours.
    """
    if running_s >= settle_s:
        return 1.0
    return 1.0 - math.exp(-5.0 * max(0.0, running_s) / settle_s)
