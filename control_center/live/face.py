"""How a sign's face stands to what was decided for it, as far as anyone can know. Pure."""

from control_center.live.picture import Picture
from control_center.signs.dispatcher import FaceState, SignDispatcher


def face_state(picture: Picture, dispatcher: SignDispatcher, now_ms: int) -> FaceState:
    """As read back last; but of a sign that is known to be silent nobody knows what it shows."""
    if not picture.can_hear(dispatcher.target, now_ms):
        return "unknown"
    return dispatcher.face_state(now_ms)
