"""Z3 on a sudoku, a magic square and an optimum, and with Python called back from C: a propagator
of the user's, models on the way to an optimum, inferences of a proof, and errors."""

import z3

PUZZLE = """
53..7....
6..195...
.98....6.
8...6...3
4..8.3..1
7...2...6
.6....28.
...419..5
....8..79
""".split()


def sudoku():
    cells = [[z3.Int(f"c{row}{column}") for column in range(9)] for row in range(9)]
    columns = list(zip(*cells))
    boxes = [[cells[y + i][x + j] for i in range(3) for j in range(3)]
             for y in (0, 3, 6) for x in (0, 3, 6)]
    solver = z3.Solver()
    solver.add(*[z3.And(1 <= cell, cell <= 9) for row in cells for cell in row])
    solver.add(*[z3.Distinct(*group) for group in [*cells, *columns, *boxes]])
    solver.add(*[cells[y][x] == int(PUZZLE[y][x])
                 for y in range(9) for x in range(9) if PUZZLE[y][x] != "."])
    print("sudoku", solver.check())
    model = solver.model()
    for row in cells:
        print("".join(str(model[cell]) for cell in row))
    solver.add(z3.Or(*[cell != model[cell] for row in cells for cell in row]))
    print("another solution", solver.check())


def words():
    """SEND + MORE = MONEY, with bit vectors."""
    letters = {name: z3.BitVec(name, 32) for name in "SENDMORY"}

    def number(word):
        value = z3.BitVecVal(0, 32)
        for letter in word:
            value = value * 10 + letters[letter]
        return value

    solver = z3.SolverFor("QF_BV")
    solver.add(*[z3.ULT(letter, 10) for letter in letters.values()])
    solver.add(z3.Distinct(*letters.values()), letters["S"] != 0, letters["M"] != 0)
    solver.add(number("SEND") + number("MORE") == number("MONEY"))
    print("words", solver.check(),
          {name: solver.model()[letter].as_long() for name, letter in letters.items()})


def theories():
    x, y = z3.Reals("x y")
    z3.solve(x ** 2 == 2, x > 0)
    solver = z3.Solver()
    solver.add(x * y == z3.Q(1, 3), x + y == 2)
    print("reals", solver.check(), solver.model().eval(x * y))
    array = z3.Array("array", z3.IntSort(), z3.IntSort())
    z3.prove(z3.Select(z3.Store(array, 3, 7), 3) == 7)
    text = z3.String("text")
    solver = z3.Solver()
    solver.add(z3.InRe(text, z3.Plus(z3.Re("ab"))), z3.Length(text) == 6)
    print("strings", solver.check(), solver.model()[text].as_string())
    print("unicode", z3.StringVal("Grüße 🐍").as_string())
    half = z3.FP("half", z3.Float16())
    solver = z3.Solver()
    solver.add(half + half == z3.FPVal(3.0, z3.Float16()))
    print("floats", solver.check(), solver.model()[half])
    tree = z3.Datatype("Tree")
    tree.declare("leaf", ("value", z3.IntSort()))
    tree.declare("node", ("left", tree), ("right", tree))
    tree = tree.create()
    t = z3.Const("t", tree)
    solver = z3.Solver()
    solver.add(tree.is_node(t), tree.value(tree.left(t)) == 5, tree.is_leaf(tree.left(t)),
               tree.right(t) == tree.leaf(2 ** 70))
    print("datatypes", solver.check(), solver.model()[t])
    a, b, c = z3.Bools("a b c")
    solver = z3.Solver()
    solver.assert_and_track(z3.Or(a, b), "one")
    solver.assert_and_track(z3.Not(a), "two")
    solver.assert_and_track(z3.And(c, z3.Not(b)), "three")
    print("core", solver.check(), sorted(map(str, solver.unsat_core())))


def optimum():
    x, y = z3.Ints("x y")
    optimize = z3.Optimize()
    optimize.add(x >= 0, y >= 0, x + 2 * y <= 14, 3 * x - y >= 0, x - y <= 2)
    goal = optimize.maximize(3 * x + 4 * y)
    seen = []
    optimize.set_on_model(lambda model: seen.append(model.eval(3 * x + 4 * y).as_long()))
    print("optimum", optimize.check(), optimize.upper(goal), optimize.model()[x], seen)
    print("the last model is the best", seen[-1] == max(seen) == optimize.upper(goal).as_long())


class Counting(z3.UserPropagateBase):
    """At most two of its terms may be true."""

    def __init__(self, solver):
        super().__init__(solver)
        self.trail, self.limits, self.calls = [], [], []
        self.add_fixed(self.on_fixed)
        self.add_final(lambda: self.calls.append("final"))

    def push(self):
        self.limits.append(len(self.trail))

    def pop(self, num_scopes):
        del self.trail[self.limits[-num_scopes]:], self.limits[-num_scopes:]

    def on_fixed(self, term, value):
        self.calls.append(f"{term} is {value}")
        if z3.is_true(value):
            self.trail.append(term)
            if len(self.trail) > 2:
                self.conflict(self.trail)


def propagator():
    terms = z3.Bools("p0 p1 p2 p3 p4")
    solver = z3.SimpleSolver()
    counting = Counting(solver)
    for term in terms:
        counting.add(term)
    solver.add(z3.Or(terms[0], terms[1]), z3.Or(terms[2], terms[3]))
    print("propagator", solver.check(), counting.calls)
    solver.add(terms[4])
    print("with a third", solver.check(), len(counting.calls), counting.calls[-1])


def clauses():
    a, b = z3.Bools("a b")
    solver = z3.SimpleSolver()
    seen = []
    listener = z3.OnClause(solver, lambda hint, dependencies, clause: seen.append(
        (str(hint), list(dependencies), str(clause))))
    solver.add(z3.Or(a, b), z3.Or(a, z3.Not(b)), z3.Or(z3.Not(a), b), z3.Or(z3.Not(a), z3.Not(b)))
    print("clauses", solver.check(), listener.idx)
    for clause in seen:
        print("   ", clause)


def errors():
    x = z3.Int("x")
    for attempt in (lambda: z3.Solver().model(), lambda: z3.Extract(3, 5, z3.BitVec("b", 4)),
                    lambda: z3.Tactic("nonsense"), lambda: x[0], lambda: bool(x + 1 > 0),
                    lambda: z3.set_param("nonsense", 1), lambda: z3.Int("y", z3.Context()) + x):
        try:
            print("no error:", attempt())
        except (z3.Z3Exception, TypeError) as error:
            print(type(error).__name__, error)
    solver = z3.Solver()
    solver.set("timeout", 1)
    numbers = z3.Ints("a b c")
    solver.add(*[number > 2 for number in numbers],
               numbers[0] ** 3 + numbers[1] ** 3 == numbers[2] ** 3)
    print("undecided", solver.check())


sudoku()
words()
theories()
optimum()
propagator()
clauses()
errors()
print("version", z3.get_version_string())
