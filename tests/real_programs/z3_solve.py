"""Z3 through its ctypes bindings: an equation, a puzzle, a proof, a counterexample, and an error
that C reports through a callback."""

import z3

x, y = z3.Ints("x y")
solver = z3.Solver()
solver.add(x > 2, y < 10, x + 2 * y == 7, x * x > 20)
print(solver.check(), sorted(f"{d} = {solver.model()[d]}" for d in solver.model()))
solver.add(y > x)
print(solver.check())

queens = z3.IntVector("q", 6)
solver = z3.Solver()
solver.add(*[z3.And(q >= 0, q < 6) for q in queens])
solver.add(z3.Distinct(*queens))
solver.add(*[z3.Distinct(queens[i], queens[j] + i - j, queens[j] - i + j)
             for i in range(6) for j in range(i)])
print("six queens:", solver.check())
model = solver.model()
columns = [model[q].as_long() for q in queens]
print("valid:", all(columns[i] != columns[j] and abs(columns[i] - columns[j]) != i - j
                    for i in range(6) for j in range(i)))

p, q = z3.Bools("p q")
solver = z3.Solver()
solver.add(z3.Not(z3.Not(z3.And(p, q)) == z3.Or(z3.Not(p), z3.Not(q))))
print("De Morgan has no counterexample:", solver.check())

bits = z3.BitVec("bits", 32)
solver = z3.Solver()
solver.add(bits & (bits - 1) == 0, bits > 1000, bits < 2000)
print("a power of two:", solver.check(), solver.model()[bits])

print(z3.simplify(x + y + 2 * x + 3), z3.Q(1, 3) + z3.RealVal("1/6"),
      z3.simplify(z3.Q(1, 3) + z3.RealVal("1/6")))
print(z3.Solver().sexpr() == "", z3.parse_smt2_string("(declare-const a Int)(assert (> a 0))"))
try:
    z3.parse_smt2_string("(assert nonsense)")
except z3.Z3Exception as error:
    print("error:", error)
try:
    x + p
except z3.Z3Exception as error:
    print("error:", error)
