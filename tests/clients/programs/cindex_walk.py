"""Reads C and C++ by clang's cindex: syntax trees, types and their layouts, diagnostics, completions."""

import collections
import ctypes
import hashlib
import json
import sys
from pathlib import Path

from clang.cindex import (CompilationDatabase, CompilationDatabaseError, Config, Cursor, CursorKind, Index,
                          SourceLocation, TranslationUnit, TranslationUnitLoadError, TypeKind)

SOURCES, SCRATCH = Path(sys.argv[1]), Path(sys.argv[2])
Config.set_library_file("libclang-14.so.1")
SCALARS = {
    TypeKind.CHAR_S: ctypes.c_char, TypeKind.SCHAR: ctypes.c_byte, TypeKind.UCHAR: ctypes.c_ubyte,
    TypeKind.SHORT: ctypes.c_short, TypeKind.USHORT: ctypes.c_ushort, TypeKind.INT: ctypes.c_int,
    TypeKind.UINT: ctypes.c_uint, TypeKind.LONG: ctypes.c_long, TypeKind.ULONG: ctypes.c_ulong,
    TypeKind.LONGLONG: ctypes.c_longlong, TypeKind.ULONGLONG: ctypes.c_ulonglong,
    TypeKind.FLOAT: ctypes.c_float, TypeKind.DOUBLE: ctypes.c_double,
    TypeKind.LONGDOUBLE: ctypes.c_longdouble, TypeKind.BOOL: ctypes.c_bool,
    TypeKind.POINTER: ctypes.c_void_p,
}
FAULTY = """#include <stdio.h>
struct pair { int first, second; };
int sum(struct pair *pair) { return pair.first + pair->secnd; }
int main(void) { char *text = 3; printf("%s %d\\n", 1, 2.0) return 0; }
#define TWICE(x) ((x) + (x))
#warning "said by the preprocessor"
"""
MODERN = """
namespace shapes {
/// What has an area.
class Shape { public: virtual ~Shape(); virtual double area() const = 0; static int count; protected: int id_; };
template <typename T, int N> struct Fixed { T items[N]; T &at(int i) noexcept { return items[i]; } };
enum class Colour : unsigned char { red = 1, green = 2, blue = 250 };
class Square final : public Shape { double side = 1; public: explicit Square(double s) : side(s) {}
  double area() const override { auto twice = [this](double x) { return x * side; }; return twice(side); } };
extern template struct Fixed<int, 3>;
int count_of(const Fixed<long, 4> &f, Colour c = Colour::red) { return f.items[0] + static_cast<int>(c); }
}
"""


def tried(action, *arguments, **options):
    try:
        return action(*arguments, **options)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def place(location):
    name = location.file and Path(location.file.name).name
    return f"{name}:{location.line}:{location.column}"


def own(cursor, unit):
    """The cursors of the file itself, with their depth."""
    def walk(cursor, depth):
        yield depth, cursor
        for child in cursor.get_children():
            if depth or (child.location.file and child.location.file.name == unit.spelling):
                yield from walk(child, depth + 1)

    return walk(cursor, 0)


def tree(unit, whole=True):
    lines = []
    for depth, cursor in own(unit.cursor, unit):
        if depth:
            lines.append(" ".join(map(str, [
                ">" * depth, cursor.kind.name, cursor.spelling, cursor.displayname, cursor.type.spelling,
                cursor.type.kind.name, place(cursor.location), cursor.linkage.name,
                cursor.storage_class.name, cursor.access_specifier.name, cursor.get_usr(),
                cursor.is_definition(), cursor.hash != 0, cursor.brief_comment])))
    print(Path(unit.spelling).name, len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16])
    if whole:
        print(*lines, sep="\n")


def files(index):
    kinds = collections.Counter()
    for path in sorted(SOURCES.glob("*.c")):
        unit = index.parse(str(path), args=["-std=gnu11"])
        tree(unit, whole=path.name == "pointers.c")
        kinds.update(cursor.kind.name for _, cursor in own(unit.cursor, unit))
        print(" ", [str(diagnostic) for diagnostic in unit.diagnostics],
              sorted(Path(each.include.name).name for each in unit.get_includes() if each.depth == 1))
        functions = [cursor for cursor in unit.cursor.get_children()
                     if cursor.kind == CursorKind.FUNCTION_DECL and place(cursor.location).startswith(path.name)]
        for function in functions[:6]:
            print(" ", function.displayname, function.result_type.spelling, function.mangled_name,
                  [(each.spelling, each.type.get_canonical().spelling) for each in function.get_arguments()],
                  [(each.spelling, each.kind.name) for each in function.get_tokens()][:12])
    print(sorted(kinds.items()))


def ctypes_of(kind):
    """The ctypes type that a C type is."""
    kind = kind.get_canonical()
    if kind.kind == TypeKind.CONSTANTARRAY:
        return ctypes_of(kind.element_type) * kind.element_count
    if kind.kind == TypeKind.RECORD:
        base = (ctypes.Union if kind.get_declaration().kind == CursorKind.UNION_DECL else ctypes.Structure)
        fields = []
        for field in kind.get_fields():
            width = (field.get_bitfield_width(),) if field.is_bitfield() else ()
            fields.append((field.spelling or f"unnamed{len(fields)}", ctypes_of(field.type), *width))
        return type(kind.spelling, (base,), {"_fields_": fields})
    if kind.kind == TypeKind.ENUM:
        return ctypes.c_uint
    return SCALARS[kind.kind]


def layouts(index):
    """Sizes, alignments and offsets by clang, and by ctypes."""
    unit = index.parse(str(SOURCES / "layout.h"), args=["-xc", "-std=gnu11"])
    units = [unit, index.parse(str(SOURCES / "structs.h"), args=["-xc", "-std=gnu11"])]
    for cursor in (cursor for unit in units for depth, cursor in own(unit.cursor, unit) if depth == 1):
        if cursor.kind not in (CursorKind.STRUCT_DECL, CursorKind.UNION_DECL) or not cursor.is_definition():
            continue
        fields = list(cursor.type.get_fields())
        offsets = [(field.spelling, field.get_field_offsetof()) for field in fields]
        print(cursor.type.spelling, cursor.type.get_size(), cursor.type.get_align(), cursor.type.is_pod(), offsets)
        made = tried(ctypes_of, cursor.type)
        if isinstance(made, type):
            same = [8 * getattr(made, field.spelling).offset == field.get_field_offsetof()
                    for field in fields if field.spelling and not field.is_bitfield()]
            print("  ctypes", ctypes.sizeof(made) == cursor.type.get_size(),
                  ctypes.alignment(made) == cursor.type.get_align(), all(same))
        else:
            print("  ctypes", made)


def diagnostics(index):
    unit = index.parse("faulty.c", unsaved_files=[("faulty.c", FAULTY)],
                       options=TranslationUnit.PARSE_DETAILED_PROCESSING_RECORD)
    for said in unit.diagnostics:
        print(said.severity, said.spelling, place(said.location), said.category_name, said.option,
              said.disable_option, [(each.start.column, each.end.column) for each in said.ranges],
              [(each.value, each.range.start.offset) for each in said.fixits],
              [child.spelling for child in said.children])
        print(" ", said.format(), repr(said)[:60])
    print([(cursor.spelling, place(cursor.location)) for _, cursor in own(unit.cursor, unit)
           if cursor.kind == CursorKind.MACRO_DEFINITION])
    text = FAULTY.replace("secnd", "second").replace("pair.first", "pair->first")
    unit.reparse(unsaved_files=[("faulty.c", text)])
    print(len(unit.diagnostics), [said.severity for said in unit.diagnostics])
    completions = unit.codeComplete("faulty.c", 3, text.splitlines()[2].index("->first") + 3,
                                    unsaved_files=[("faulty.c", text)])
    for result in sorted(completions.results, key=lambda result: str(result.string))[:10]:
        print(" ", result.kind, result.string, [(chunk.kind.name, chunk.spelling) for chunk in result.string])
    print(tried(unit.get_file, "missing.c"), tried(index.parse, "missing.c"))


def modern(index):
    unit = index.parse("shapes.cpp", args=["-std=c++17"], unsaved_files=[("shapes.cpp", MODERN)])
    print([str(said) for said in unit.diagnostics])
    tree(unit)
    for cursor in unit.cursor.walk_preorder():
        if cursor.kind == CursorKind.CXX_METHOD:
            print(cursor.semantic_parent.spelling, cursor.spelling, cursor.is_virtual_method(),
                  cursor.is_pure_virtual_method(), cursor.is_const_method(), cursor.is_static_method(),
                  cursor.exception_specification_kind.name, cursor.raw_comment)
        elif cursor.kind == CursorKind.ENUM_CONSTANT_DECL:
            print(cursor.spelling, cursor.enum_value, cursor.semantic_parent.enum_type.spelling)
        elif cursor.kind == CursorKind.VAR_DECL:
            print(cursor.spelling, cursor.type.spelling, cursor.type.get_canonical().spelling)
        elif cursor.kind == CursorKind.PARM_DECL and cursor.type.kind == TypeKind.LVALUEREFERENCE:
            pointee = cursor.type.get_pointee()
            print(cursor.spelling, pointee.spelling, pointee.is_const_qualified(), pointee.get_size(),
                  pointee.get_num_template_arguments(), pointee.get_template_argument_type(0).spelling)
    where = SourceLocation.from_position(unit, unit.get_file("shapes.cpp"), 4, 60)
    print(Cursor.from_location(unit, where).displayname, where.offset)


def kept(index):
    """Trees in files, and what a build says of them."""
    unit = index.parse(str(SOURCES / "strings.c"))
    unit.save(str(SCRATCH / "strings.ast"))
    again = TranslationUnit.from_ast_file(str(SCRATCH / "strings.ast"))
    print([cursor.spelling for _, cursor in own(again.cursor, unit) if cursor.kind == CursorKind.FUNCTION_DECL])
    print(tried(TranslationUnit.from_ast_file, "/nowhere.ast"))
    (SCRATCH / "compile_commands.json").write_text(json.dumps([
        {"directory": "/d", "file": "a.c", "command": "cc -DX=1 -c a.c"},
        {"directory": "/d", "file": "b.c", "arguments": ["cc", "-O2", "b.c"]}]))
    database = CompilationDatabase.fromDirectory(str(SCRATCH))
    for command in database.getAllCompileCommands():
        print(command.directory, command.filename, list(command.arguments))
    print(len(database.getCompileCommands("/d/a.c")), database.getCompileCommands("/d/zzz.h") is None)
    print(tried(CompilationDatabase.fromDirectory, "/nowhere"))


for part in files, layouts, diagnostics, modern, kept:
    print(part.__name__)
    part(Index.create())
