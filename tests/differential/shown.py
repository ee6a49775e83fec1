"""What a program yields, as text that is the same in two processes: addresses have no number."""

import re

# In representations of objects. Small numbers are offsets, and stay.
ADDRESS = re.compile(r"0x0*[1-9a-f][0-9a-f]{5,}|(?<=\w\()\d{7,15}(?=\))|(?<=handle )\w+")


def without_addresses(text):
    return ADDRESS.sub("0x?", text)


def shown(value, text=False):
    if text:
        return without_addresses(value)
    kind = type(value)
    if kind in (list, tuple):
        items = ", ".join(map(shown, value))
        return f"[{items}]" if kind is list else f"({items}{',' * (len(value) == 1)})"
    if kind is dict:
        return "{" + ", ".join(f"{shown(key)}: {shown(item)}" for key, item in value.items()) + "}"
    return without_addresses(repr(value))
