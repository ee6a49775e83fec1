"""llvmlite: LLVM IR built in Python, compiled by a library behind ctypes, and the machine code
called through a prototype made of its address."""

import math
from ctypes import CFUNCTYPE, POINTER, c_double, c_int, c_int64

import llvmlite
import llvmlite.binding as llvm
from llvmlite import ir

llvm.initialize_native_target()
llvm.initialize_native_asmprinter()
print("llvmlite", llvmlite.__version__, llvm.llvm_version_info[0])

double, int64 = ir.DoubleType(), ir.IntType(64)
module = ir.Module("example")

# double horner(double x, double *coefficients, int64 count)
function = ir.Function(module, ir.FunctionType(double, [double, double.as_pointer(), int64]), "horner")
x, coefficients, count = function.args
entry, loop, done = (function.append_basic_block(name) for name in ("entry", "loop", "done"))
build = ir.IRBuilder(entry)
build.cbranch(build.icmp_signed(">", count, int64(0)), loop, done)
build.position_at_end(loop)
index, total = build.phi(int64), build.phi(double)
item = build.load(build.gep(coefficients, [index]))
next_total = build.fadd(build.fmul(total, x), item)
next_index = build.add(index, int64(1))
for phi, first, following in ((index, int64(0), next_index), (total, double(0), next_total)):
    phi.add_incoming(first, entry)
    phi.add_incoming(following, loop)
build.cbranch(build.icmp_signed("<", next_index, count), loop, done)
build.position_at_end(done)
result = build.phi(double)
result.add_incoming(double(0), entry)
result.add_incoming(next_total, loop)
build.ret(result)

# int twice(int (*)(int), int): machine code that calls Python.
int32 = ir.IntType(32)
callback_type = ir.FunctionType(int32, [int32])
function = ir.Function(module, ir.FunctionType(int32, [callback_type.as_pointer(), int32]), "twice")
build = ir.IRBuilder(function.append_basic_block())
callback, start = function.args
build.ret(build.call(callback, [build.call(callback, [start])]))

parsed = llvm.parse_assembly(str(module))
parsed.verify()
print("functions", [(f.name, str(f.global_value_type), len(list(f.blocks))) for f in parsed.functions])
machine = llvm.Target.from_default_triple().create_target_machine(opt=2)
engine = llvm.create_mcjit_compiler(parsed, machine)
engine.finalize_object()

horner = CFUNCTYPE(c_double, c_double, POINTER(c_double), c_int64)(engine.get_function_address("horner"))
polynomial = (c_double * 3)(2, -3, 5)
print("2x²-3x+5 at 4:", horner(4, polynomial, 3), horner(4, polynomial, 0))
series = (c_double * 20)(*[1 / math.factorial(n) for n in reversed(range(20))])
print("exp(1):", horner(1, series, len(series)), math.isclose(horner(1, series, 20), math.e))

callback_prototype = CFUNCTYPE(c_int, c_int)
twice = CFUNCTYPE(c_int, callback_prototype, c_int)(engine.get_function_address("twice"))
print("twice:", twice(callback_prototype(lambda n: 3 * n + 1), 5))

print("assembly", "horner" in machine.emit_assembly(parsed))
try:
    llvm.parse_assembly("define i32 @f() { ret i64 0 }")
except RuntimeError as error:
    print("RuntimeError", str(error).splitlines()[1])
