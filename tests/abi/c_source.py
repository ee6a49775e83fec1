"""Writes a batch as C.

Every signature becomes two functions. `call_f` has the signature: it writes its arguments down, one after
the other, and returns what it finds in memory. `back_f` does the reverse with a callback: it reads arguments
from memory, calls it and writes down what it returns. Every aggregate has a function that reports its layout
and, if it has bit fields, functions that set and get one.
"""

from batch import answered, is_scalar
from platforms import PLATFORMS
from scalars import SCALARS

HEADER = """\
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <wchar.h>

typedef void (*function)(void);

/* What a function was given, or what a callback is to be given; each value starts at a multiple of 16. */
_Alignas(64) unsigned char arguments[1 << 14];
/* What a function is to return, or what a callback returned. */
_Alignas(64) unsigned char result[1 << 10];

static unsigned char *put(unsigned char *at, const void *value, size_t size)
{
    memcpy(at, value, size);
    return at + (size + 15) / 16 * 16;
}

static const unsigned char *get(const unsigned char *at, void *value, size_t size)
{
    memcpy(value, at, size);
    return at + (size + 15) / 16 * 16;
}
"""


def declare(type, name):
    """The declaration of something of this type."""
    if isinstance(type, list):
        return declare(type[0], f"{name}[{type[1]}]")
    return f"{type}{'' if type.endswith('*') or not name else ' '}{name}"


def write_aggregate(aggregate, platform):
    layout = platform.layouts.get(aggregate.layout)
    attributes = [layout] if layout else []
    if aggregate.align:
        attributes.append(f"aligned({aggregate.align})")
    attribute = f" __attribute__(({', '.join(attributes)}))" if attributes else ""
    kind = "union" if aggregate.union else "struct"
    lines = [f"typedef {kind}{attribute} {{"]
    for field in aggregate.fields:
        bits = f" : {field.bits}" if field.bits else ""
        lines.append(f"    {declare(field.type, field.name)}{bits};")
    lines.append(f"}} {aggregate.name};")
    if aggregate.pack:
        lines = [f"#pragma pack(push, {aggregate.pack})", *lines, "#pragma pack(pop)"]
    return lines


def write_layout(aggregate):
    name = aggregate.name
    lines = [f"void layout_{name}(size_t *to)", "{",
             f"    *to++ = sizeof({name});", f"    *to++ = _Alignof({name});"]
    lines += [f"    *to++ = offsetof({name}, {field.name});" for field in aggregate.fields if not field.bits]
    lines.append("}")
    fields = [field for field in aggregate.fields if field.bits]
    if fields:
        lines += [f"void set_{name}({name} *at, int field, long long value)", "{", "    switch (field) {"]
        lines += [f"    case {index}: at->{field.name} = value; break;" for index, field in enumerate(fields)]
        lines += ["    }", "}", f"long long get_{name}(const {name} *at, int field)", "{",
                  "    switch (field) {"]
        lines += [f"    case {index}: return at->{field.name};" for index, field in enumerate(fields)]
        lines += ["    }", "    return 0;", "}"]
    return lines


def _put(type, name):
    if is_scalar(type) and SCALARS[type].is_widened:
        return f"    at = put(at, &(long long){{{name}}}, sizeof(long long));"
    return f"    at = put(at, &{name}, sizeof {name});"


def write_call(signature):
    names = [f"a{index}" for index in range(len(signature.parameters))]
    declared = list(map(declare, signature.parameters, names))
    fixed = len(names) if signature.fixed is None else signature.fixed
    listed = declared[:fixed] + (["..."] if signature.fixed is not None else [])
    head = declare(signature.result, f"call_{signature.name}({', '.join(listed) or 'void'})")
    lines = [head, "{", "    unsigned char *at = arguments;"]
    if signature.fixed is not None:
        lines += ["    va_list list;", f"    va_start(list, {names[fixed - 1]});"]
        for type, each in list(zip(signature.parameters, declared))[fixed:]:
            lines.append(f"    {each} = va_arg(list, {declare(type, '')});")
        lines.append("    va_end(list);")
    lines += map(_put, signature.parameters, names)
    lines.append("    (void)at;")
    if signature.result == "void":
        return [*lines, "}"]
    if is_scalar(signature.result) and SCALARS[signature.result].is_widened:
        # What lies above a narrow result in its register is nobody's.
        truth = " & 1" if signature.result == "_Bool" else ""
        lines += ["    unsigned long long wide;", "    memcpy(&wide, result, sizeof wide);",
                  f"    return ({signature.result})(wide{truth});", "}"]
    else:
        lines += [f"    {declare(signature.result, 'to')};", "    memcpy(&to, result, sizeof to);",
                  "    return to;", "}"]
    return lines


def write_back(signature):
    names = [f"a{index}" for index in range(len(signature.parameters))]
    declared = list(map(declare, signature.parameters, names))
    result = answered(signature.result)
    pointer = declare(result, f"(*callback)({', '.join(declared) or 'void'})")
    lines = [f"void back_{signature.name}({pointer})", "{", "    const unsigned char *at = arguments;"]
    for each, name in zip(declared, names):
        lines += [f"    {each};", f"    at = get(at, &{name}, sizeof {name});"]
    lines.append("    (void)at;")
    call = f"callback({', '.join(names)})"
    if result == "void":
        return [*lines, f"    {call};", "}"]
    lines += [f"    {declare(result, 'to')} = {call};",
              _put(result, "to").replace("at = put(at", "put(result"), "}"]
    return lines


def write(batch):
    """The C source of a batch."""
    lines = [HEADER]
    platform = PLATFORMS[batch.platform]
    for aggregate in batch.aggregates:
        lines += [*write_aggregate(aggregate, platform), *write_layout(aggregate), ""]
    for signature in batch.signatures:
        lines += [*write_call(signature), *write_back(signature), ""]
    return "\n".join(lines)
