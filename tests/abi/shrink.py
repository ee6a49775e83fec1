"""Makes what shows a difference smaller, as long as the difference stays."""

import copy

from batch import Batch, innermost, is_scalar


def smaller(batch, name):
    """Batches that are one step smaller and still have the signature or aggregate of this name."""
    for index, signature in enumerate(batch.signatures):
        for parameter in reversed(range(len(signature.parameters))):
            if signature.fixed is not None and parameter < signature.fixed <= 1:
                continue
            made = copy.deepcopy(batch)
            less = made.signatures[index]
            del less.parameters[parameter]
            if less.fixed is not None and parameter < less.fixed:
                less.fixed -= 1
            yield made
        if signature.result not in ("void", "int"):
            for result in ("void", "int"):
                yield changed(batch, index, result=result)
        if signature.fixed is not None:
            yield changed(batch, index, fixed=None)
    for index, aggregate in enumerate(batch.aggregates):
        for field in reversed(range(len(aggregate.fields))):
            if len(aggregate.fields) > 1:
                made = copy.deepcopy(batch)
                del made.aggregates[index].fields[field]
                yield made
            of = aggregate.fields[field].type
            for simpler in simpler_types(of):
                made = copy.deepcopy(batch)
                made.aggregates[index].fields[field].type = simpler
                yield made
        for attribute in ("layout", "pack", "align"):
            # `_pack_` means Microsoft's layout.
            needed = attribute == "layout" and aggregate.pack
            if getattr(aggregate, attribute) is not None and not needed:
                made = copy.deepcopy(batch)
                setattr(made.aggregates[index], attribute, None)
                yield made


def changed(batch, index, **attributes):
    made = copy.deepcopy(batch)
    for name, value in attributes.items():
        setattr(made.signatures[index], name, value)
    return made


def simpler_types(of):
    if isinstance(of, list):
        yield of[0]
        if of[1] > 1:
            yield [of[0], 1]
    elif not is_scalar(of):
        yield "int"


def shrink(batch, name, differs, attempts=150):
    """The smallest batch found for which `differs` still says so."""
    batch = batch.only({name}) if batch.aggregate(name) is None else only_aggregate(batch, name)
    found = True
    while found and attempts > 0:
        found = False
        for candidate in smaller(batch, name):
            attempts -= 1
            if attempts < 0:
                break
            if differs(candidate):
                batch, found = only(candidate, name), True
                break
    return batch


def only(batch, name):
    return batch.only({name}) if batch.aggregate(name) is None else only_aggregate(batch, name)


def only_aggregate(batch, name):
    """The aggregate and what it consists of."""
    needed = {name}
    for aggregate in reversed(batch.aggregates):
        if aggregate.name in needed:
            needed.update(map(innermost, aggregate.types()))
    return Batch([aggregate for aggregate in batch.aggregates if aggregate.name in needed], [], batch.platform)
