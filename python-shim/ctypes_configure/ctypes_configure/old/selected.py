"""Builds a `ctypes.Structure` of chosen fields at given offsets."""

import ctypes
import itertools

# What gives a structure its alignment where its fields do not, from the smallest.
_ALIGNING = (ctypes.c_short, ctypes.c_int, ctypes.c_long, ctypes.c_longlong, ctypes.c_double, ctypes.c_void_p,
             ctypes.c_longdouble)
_PACKS = (None, 8, 4, 2, 1)


def structure(name, size, alignment, fields, where):
    """Returns a structure of this size and alignment.

    `fields` are triples of name, ctypes type and offset. All else is filled with fields `_pad0`, `_pad1`, ...
    of a `c_char` each and, if it is needed for the alignment, one called `_alignment`: `_fields_` alone,
    copied to another class, has C's layout unless C packs or over-aligns the structure. Raises `TypeError`,
    whose message begins with `where`, if ctypes cannot have such a structure.
    """
    placed = sorted(fields, key=lambda field: field[2])
    _check_overlaps(placed, where)
    names = {each[0] for each in fields}
    pack = _pack(placed, alignment, where)
    natural = max((_aligned(each, pack) for _, each, _ in placed), default=1)
    if natural < alignment and pack is None:
        placed = _with_alignment(placed, size, alignment, _unused("_alignment", names))
    declared = {"_fields_": _padded(placed, size, names)}
    if pack is not None:
        declared |= {"_layout_": "ms", "_pack_": pack}
    if max((_aligned(each, pack) for _, each, _ in placed), default=1) < alignment:
        declared["_align_"] = alignment
    made = type(ctypes.Structure)(name, (ctypes.Structure,), declared)
    _check(made, size, alignment, fields, where)
    return made


def _check_overlaps(placed, where):
    for (name, kind, offset), (other, _, start) in itertools.pairwise(placed):
        if offset + ctypes.sizeof(kind) > start:
            raise TypeError(f"{where}: in C the fields {name} (offset {offset}) and {other} (offset {start}) "
                            "overlap, which those of a ctypes.Structure cannot")


def _aligned(kind, pack):
    own = ctypes.alignment(kind)
    return min(own, pack) if pack else own


def _pack(placed, alignment, where):
    """Returns the largest `_pack_` that lets every field begin where C has it."""
    for pack in _PACKS:
        if all(offset % _aligned(kind, pack) == 0 and _aligned(kind, pack) <= alignment
               for _, kind, offset in placed):
            return pack
    raise TypeError(f"{where}: ctypes cannot place its fields as C does")


def _with_alignment(placed, size, alignment, name):
    """Returns the fields with one more, which has the structure's alignment, if there is a type that has it.

    It covers bytes that no other field does, or lies at the end without a size where there are none.
    """
    kind = next((each for each in _ALIGNING if ctypes.alignment(each) == alignment), None)
    if kind is None:
        return placed
    ends = [offset + ctypes.sizeof(each) for _, each, offset in placed]
    for start, stop in zip([0, *ends], [*(offset for *_, offset in placed), size]):
        start = -(-start // alignment) * alignment
        if start + ctypes.sizeof(kind) <= stop:
            return sorted([*placed, (name, kind, start)], key=lambda field: field[2])
    return [*placed, (name, kind * 0, size)]


def _padded(placed, size, names):
    """Returns `_fields_`, with a field for each byte that has none."""
    numbers, declared, end = itertools.count(), [], 0
    for name, kind, offset in [*placed, (None, ctypes.c_char * 0, size)]:
        for _ in range(offset - end):
            declared.append((_unused(f"_pad{next(numbers)}", names), ctypes.c_char))
        if name is not None:
            declared.append((name, kind))
        end = offset + ctypes.sizeof(kind)
    return declared


def _unused(name, names):
    while name in names:
        name += "_"
    return name


def _check(made, size, alignment, fields, where):
    """Raises `TypeError` if the structure is not as it should be: before 3.13, `_align_` has no effect."""
    got = [ctypes.sizeof(made), ctypes.alignment(made), *(getattr(made, name).offset for name, *_ in fields)]
    if got != [size, alignment, *(offset for *_, offset in fields)]:
        raise TypeError(f"{where}: this Python has no structure of these fields that has size {size} and "
                        f"alignment {alignment}")
