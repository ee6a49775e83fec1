"""The entries of `_fields_`, before they have Python's names."""

from dataclasses import dataclass

from ..reading import model

BYTE = model.Scalar("unsigned char", "unsigned", 1)


@dataclass(frozen=True)
class Slot:
    """One entry of `_fields_`, for a field of C or (`name` is `None` and `is_padding`) for the bytes or bits
    between two. `offset` is where it begins, for a bit-field where its unit does; `starts_unit` says that
    a bit-field is the first of its unit."""

    name: str | None
    type: model.Type
    offset: int
    bits: int | None = None
    starts_unit: bool = False
    is_padding: bool = False


def padding(offset, size):
    """Returns a slot of `size` bytes that stand for nothing."""
    return Slot(None, model.Array(BYTE, size), offset, is_padding=True)
