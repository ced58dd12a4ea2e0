"""Two inductive loops in a lane: what they feel of a vehicle that crosses them."""

from dataclasses import dataclass

from firmware_sim.world.vehicles import Crossing


@dataclass(frozen=True, slots=True)
class DualLoop:
    """Loops A and B of one lane; the spacing is from leading edge to leading edge."""

    length_m: float = 1.8
    spacing_m: float = 4.5
    motorcycles_detected: float = 0.9
    """Share of motorcycles that disturb the loops enough to be seen."""

    def feels(self, crossing: Crossing) -> bool:
        if crossing.vehicle.class_name != "motorcycle":
            return True
        return crossing.vehicle.luck < self.motorcycles_detected

    def on_time_s(self, crossing: Crossing) -> float:
        return (crossing.vehicle.length_m + self.length_m) / crossing.speed_ms

    def onset_difference_s(self, crossing: Crossing) -> float:
        return self.spacing_m / crossing.speed_ms

    def earliest_s(self, leader: Crossing, speed_kmh: float, gap_s: float) -> float:
        """When a follower's front may reach loop A, so that the leader has left A, and B, before.

        Both leave the wider gap at the loop where they come closest.
        """
        clear_a_s = leader.time_s + self.on_time_s(leader)
        clear_b_s = clear_a_s + self.onset_difference_s(leader)
        return max(clear_a_s, clear_b_s - self.spacing_m / (speed_kmh / 3.6)) + gap_s
