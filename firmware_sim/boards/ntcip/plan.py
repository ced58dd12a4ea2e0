"""What a sign is built like, and the habits of its controller: data from the scenario."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

FONT_PX = (5, 7)


class SignType(IntEnum):
    """dmsSignType."""

    CHARACTER_MATRIX = 4
    LINE_MATRIX = 5
    FULL_MATRIX = 6


@dataclass(frozen=True, slots=True)
class SignPlan:
    """A character matrix has `columns` and `lines`, a line matrix `width_px` and `lines`, a full
    matrix `width_px` and `height_px`. `ValueError` for any other mixture.
    """

    key: str = "sign"
    """Names the sign: its engine ID and its dead pixels follow from it."""
    width_px: int | None = None
    height_px: int | None = None
    columns: int | None = None
    lines: int | None = None
    character_px: tuple[int, int] = FONT_PX
    """Width and height of one module; of a line matrix, only the height counts."""
    colours: Literal["amber", "full"] = "amber"
    title: str = "Panel de mensajería variable"
    """sysLocation."""
    changeable_messages: int = 8
    volatile_messages: int = 4
    memory_bytes: int = 32_768
    """For the messages of each of the two memories."""
    permanent_messages: tuple[bytes, ...] = (b"PRUEBA",)
    is_local: bool = False
    """The switch in the cabinet stands on local control."""
    is_door_open: bool = False
    dead_pixels: tuple[tuple[int, int], ...] = ()
    """Column and row, counted from 1 at the upper left."""
    backup_s: float = 0.0
    """How long a battery carries the sign when the mains fail."""
    validation_s: float = 0.3
    has_blank_memory: bool = True
    refuses_second_modify_request: bool = False
    """genErr on modifyReq where the row is being modified already."""
    is_silent_on_unknown_objects: bool = False
    answers_wrong_community: bool = False
    """With noSuchName, where the standard wants silence."""

    def __post_init__(self) -> None:
        shape = tuple(
            part is not None for part in (self.width_px, self.height_px, self.columns, self.lines)
        )
        if shape not in _SHAPES:
            raise ValueError("a sign has columns and lines, width and lines, or width and height")
        if self.type is not SignType.FULL_MATRIX and (
            self.character_px[0] < FONT_PX[0] or self.character_px[1] < FONT_PX[1]
        ):
            raise ValueError(f"a module has at least {FONT_PX[0]} by {FONT_PX[1]} dots")
        width_px, height_px = self.size_px
        for x, y in self.dead_pixels:
            if not (1 <= x <= width_px and 1 <= y <= height_px):
                raise ValueError(f"dead pixel {x}, {y} is outside {width_px} by {height_px}")

    @property
    def type(self) -> SignType:
        if self.columns is not None:
            return SignType.CHARACTER_MATRIX
        return SignType.LINE_MATRIX if self.lines is not None else SignType.FULL_MATRIX

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height."""
        width_px, height_px = self.character_px
        return (
            self.width_px or (self.columns or 0) * width_px,
            self.height_px or (self.lines or 0) * height_px,
        )

    @property
    def module_px(self) -> tuple[int, int]:
        """Width and height of a module that holds one character; 0: it is free that way."""
        width_px, height_px = self.character_px
        if self.type is SignType.CHARACTER_MATRIX:
            return width_px, height_px
        return (0, height_px) if self.type is SignType.LINE_MATRIX else (0, 0)


_SHAPES = (
    (False, False, True, True),
    (True, False, False, True),
    (True, True, False, False),
)
