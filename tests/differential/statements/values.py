"""Statements that make, read and change values."""

from model import SIMPLE
from statements import operation
from values import WRONG, WRONG_REFERENCES, initial, value


def dumped(variable):
    """A statement that shows all of a variable's memory."""
    return f"bytes({variable.name})" if variable.type.plain and variable.type.kind != "simple" else (
        f"dump({variable.name})")


def observed(state, variable):
    if not state.pick.chance(3):
        state.say(dumped(variable))


@operation(30)
def make(state):
    kind = state.any_type()
    name = state.fresh("v")
    state.say(f"{name} = {initial(state, kind)}")
    observed(state, state.variable(name, kind))


@operation(25)
def read(state):
    place = state.place()
    if place is not None:
        state.say(place.name)


@operation(40)
def write(state):
    place = state.place()
    if place is None:
        return
    if place.parent is None:
        if place.type.kind != "simple" and not (place.type.kind == "array" and place.type.item.code in "cu"):
            return
        if place.type.kind == "array":
            state.say(f"{place.name}.value = {value(state, place.type, 1)}")
        else:
            state.say(f"{place.name}.value = {value(state, place.type)}")
    else:
        if place.name.endswith(".contents") and state.pick.chance(2):
            # The pointer leads elsewhere afterwards.
            return redirect(state, place)
        state.say(f"{place.name} = {value(state, place.type, 1, place.bits)}")
    observed(state, place.root)


def redirect(state, place):
    targets = [v for v in state.variables if v.type is place.type]
    if place.type.name == "c_void_p" or not targets:
        # CPython takes any instance, whatever its size.
        state.say(f"{place.name} = {state.pick.one([text for text in WRONG_REFERENCES if 'c_' not in text])}")
        return
    chosen = state.pick.one(targets)
    chosen.shared = True
    if place.parent.parent is None:
        place.root.items = 0
    state.say(f"{place.name} = {chosen.name}")


@operation(4)
def delete(state):
    place = state.place()
    if place is not None and place.parent is not None:
        state.say(f"del {place.name}")
    elif place is not None and place.type.kind == "simple":
        state.say(f"del {place.name}.value")


@operation(6)
def attributes(state):
    """Names that a value may not have, and some that all have."""
    variable = state.any_variable()
    if variable is None:
        return
    name, pick = variable.name, state.pick
    looks = [f"{name}.no_such", f"{name}.mine = 5; {name}.mine", f"del {name}.no_such", f"vars({name})",
             f"{name}._b_base_", f"{name}._b_needsfree_", f"{name}._b_base_ = 1", f"{name}._objects = 1",
             f"hash({name}) == hash({name})", f"{name} == {name}", f"{name} != {name}", f"{name} < {name}",
             f"bool({name})", f"sizeof({name})", f"alignment({name})", f"len({name})", f"iter({name})",
             f"{name}()", f"{name} + 1", f"float({name})", f"str({name})", f"{name}.__class__",
             f"{name} in [{name}]", f"repr({name})", f"{name}.__dict__", f"format({name})", f"'%s' % {name}",
             f"dir({name}) == dir(type({name}))", f"{name}.__sizeof__() > 0", f"hasattr({name}, 'value')",
             f"hasattr({name}, 'raw')", f"hasattr({name}, 'contents')",
             f"{name}.__ctypes_from_outparam__() is {name}",
             f"{name}[0:0]", f"{name}['x']", f"{name}[None]", f"{name}[1.5]", f"next(iter({name}), None)"]
    if not variable.type.judged:
        looks.remove(f"bool({name})")
    if variable.type.kind == "function":
        looks = [look for look in looks if "()" not in look]
    state.say(pick.one(looks))


@operation(14)
def slices(state):
    place = state.place(lambda kind: kind.kind == "array" and kind.length)
    if place is None:
        return
    pick, length = state.pick, place.type.length
    start, stop = (pick.one(["", str(pick.below(length + 2)), str(-pick.below(length + 2))]) for _ in range(2))
    step = pick.one(["", "", ":1", ":2", ":-1", ":-2", ":0", ":Index(1)"])
    if pick.chance(25):
        start = pick.one(["1.5", "'x'", "None", "Index(1)", "10**30", "-10**30", "Angry()"])
    part = f"{place.name}[{start}:{stop}{step}]"
    if pick.chance(2):
        state.say(part)
        return
    count = pick.below(length + 2)
    item = place.type.item
    values = [value(state, item, 1) for _ in range(count)]
    if item.code == "c" and pick.chance(2):
        given = pick.one(["b'ab'", "b'a'", "b''", "b'abc'", "'ab'", "[b'a', b'b']", "bytearray(b'ab')"])
    elif item.code == "u" and pick.chance(2):
        given = pick.one(["'ab'", "'a'", "''", "b'ab'", "['a', 'b']"])
    else:
        given = f"[{', '.join(values)}]" if pick.chance(2) else f"({''.join(v + ', ' for v in values)})"
    if pick.chance(15):
        given = pick.one(WRONG_REFERENCES if item.references else WRONG)
    state.say(f"{part} = {given}")
    observed(state, place.root)


@operation(8)
def indexes(state):
    place = state.place(lambda kind: kind.kind == "array")
    if place is None:
        return
    pick, item = state.pick, place.type.item
    index = pick.one([str(place.type.length), "-1", str(-place.type.length - 1), "1.5", "'x'", "None", "Index(0)",
                      "10**30", "True", "(0, 1)", "...", "Angry()", "2**63", "-2**63"])
    state.say(pick.one([f"{place.name}[{index}]", f"{place.name}[{index}] = {value(state, item, 1)}",
                        f"del {place.name}[{index}]"]))


@operation(6)
def sequence(state):
    """An array as a sequence."""
    place = state.place(lambda kind: kind.kind == "array")
    if place is None:
        return
    name, item = place.name, value(state, place.type.item, 1)
    state.say(state.pick.one([
        f"len({name})", f"list({name})", f"tuple(reversed({name}))", f"{item} in {name}", f"[*{name}]",
        f"{name} == {name}", f"max({name}, default=None)", f"sum({name})", f"sorted({name})",
        f"{name}.index({item})",
        f"{name} + {name}", f"{name} * 2", f"dict(enumerate({name}))", f"all({name})", f"iter({name}).__next__()"]))


@operation(8)
def characters(state):
    place = state.place(lambda kind: kind.kind == "array" and kind.item.code in ("c", "u"))
    if place is None:
        return
    name, pick = place.name, state.pick
    good = value(state, place.type, 1)
    state.say(pick.one([f"{name}.value", f"{name}.raw", f"{name}.value = {good}", f"{name}.raw = {good}",
                        f"{name}.value = {pick.one(WRONG)}", f"{name}.raw = {pick.one(WRONG)}", f"del {name}.value",
                        f"del {name}.raw", f"{name}[:]"]))
    observed(state, place.root)


@operation(4)
def initialise_again(state):
    variable = state.any_variable(lambda v: v.type.kind in ("structure", "union", "array", "simple"))
    if variable is not None:
        call = initial(state, variable.type).partition("(")[2]
        state.say(f"{variable.name}.__init__({call}")
        observed(state, variable)


@operation(4)
def fields_directly(state):
    """A field's descriptor used by hand."""
    place = state.place(lambda kind: kind.aggregate and kind.fields)
    if place is None:
        return
    pick = state.pick
    field = pick.one(place.type.fields)
    descriptor = f"{place.type.name}.{field.name}"
    other = state.any_variable(lambda v: not v.type.aggregate)
    looks = [f"{descriptor}.__get__({place.name})", f"{descriptor}.__set__({place.name}, "
             f"{value(state, field.type, 1, field.bits)})", f"{descriptor}.__delete__({place.name})",
             f"setattr({place.name}, {field.name!r}, {value(state, field.type, 1, field.bits)})",
             f"getattr({place.name}, {field.name!r})", f"{descriptor}.__get__(None)"]
    state.say(pick.one(looks))
    observed(state, place.root)


@operation(5)
def sub_object(state):
    """A part of a value gets a name."""
    place = state.place(lambda kind: kind.kind in ("structure", "union", "array", "pointer"))
    if place is None or place.parent is None or (place.type.kind == "array" and place.type.item.code in "cu"):
        return
    place.root.shared = True
    name = state.fresh("v")
    state.say(f"{name} = {place.name}", f"{name}._b_base_ is {place.root.name}", f"{name} is {place.name}")
    state.variable(name, place.type, shared=True)


STATES = ["1", "({}, b'')", "({'z': 1}, b'\\1')", "({}, 1)", "(1, b'')", "({}, b'x' * 100)", "()"]


@operation(5)
def copies(state):
    variable = state.any_variable()
    # CPython pickles the address in what is derived from `c_char_p` and its kin.
    if variable is None or (variable.type.code in ("z", "Z", "P") and variable.type.name not in SIMPLE):
        return
    name, made = variable.name, state.fresh("v")
    how = state.pick.one([f"copy.copy({name})", f"copy.deepcopy({name})", f"pickle.loads(pickle.dumps({name}))",
                          f"type({name}).from_buffer_copy({name})",
                          f"pickle.loads(pickle.dumps({name}, {state.pick.below(6)}))"])
    if "from_buffer_copy" in how and not variable.type.plain:
        return
    state.say(f"{made} = {how}")
    if not variable.type.references:
        observed(state, state.variable(made, variable.type))
    elif state.pick.chance(3):
        state.say(f"{name}.__reduce__()[0]")
    if state.pick.chance(6) and variable.type.plain:
        state.say(f"{name}.__reduce__()")
        state.say(f"{name}.__setstate__({state.pick.one(STATES)})")
        observed(state, variable)


@operation(6)
def objects_kept(state):
    variable = state.any_variable()
    if variable is not None:
        state.say(f"objects({variable.name})")
