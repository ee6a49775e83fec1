"""Gmsh: its tutorials and examples in Python, what they print and the meshes that they write."""

import hashlib
import re

from client import Client, Outcome, steady

VERSION = "4.15.2"
REQUIREMENT = f"gmsh=={VERSION}"
# What Gmsh makes of t17 hangs on where in memory things lie, with CPython alone too, and so does the
# order of t18's messages.
TUTORIALS = [f"t{number}" for number in range(1, 22) if number not in (17, 18)]
TUTORIALS += [f"x{number}" for number in range(1, 8)]
QUICK = ["t1", "t2", "t4", "t5", "t6", "t16", "t21", "x1", "x3", "x4", "x5", "x6", "x7"]
# Those of examples/api that want no window, no numpy and no other program, and whose output is the
# same by every run.
EXAMPLES = """
    aneurysm boolean bspline_bezier_patches bspline_bezier_trimmed circle_arc closest_point crack
    crack3d discrete explore extend_field flatten flatten2 glue_and_remesh_stl heal hex hybrid_order
    mesh_from_discrete_curve min_edge mirror_mesh msh_attributes normals ocean open opt
    parametric_surface partition pipe plugin prim_axis relocate_nodes remesh_partial_move remesh_stl
    remove_elements renumbering reparamOnFace select_elements simple spherical_surf spline
    step_assembly step_boundary_colors step_header_data stl_to_mesh surface_filling terrain
    terrain_bspline terrain_stl torus_bspline trimmed view view_adaptive_to_mesh view_combine
    view_element_size view_list_isoparametric view_list_subparametric view_list_superparametric
    view_renumbering viewlist volume
""".split()
# Times.
VARIES = re.compile(r"(\(Wall| in [\d.e-]+ sec\.|Started on).*")
# C's output is buffered apart from Python's.
OF_C = re.compile(r"(Info|Warning|Error|Progress) *:")


def told(name, finished, scratch):
    """What a script printed and wrote."""
    lines = [steady(VARIES.sub("...", line)) for line in finished.stdout.splitlines()]
    by_c = [line for line in lines if OF_C.match(line)]
    by_python = [line for line in lines if not OF_C.match(line)]
    details = {name: finished.error() or "ran"}
    details |= {f"{name}, message {n}": line for n, line in enumerate(by_c, 1)}
    details |= {f"{name}, line {n}": line for n, line in enumerate(by_python, 1)}
    return details | {f"{name}, {file.name}": hashlib.sha256(file.read_bytes()).hexdigest()
                      for file in scratch.iterdir()}


def scripts(name, folder, chosen):
    def run(machine, interpreter):
        prefix = machine.prefix(REQUIREMENT)
        packages = next(prefix.glob("lib/python*/site-packages"))
        details = {}
        for script in chosen:
            scratch = machine.scratch(name, interpreter.name, script)
            finished = interpreter.run(prefix / "share/doc/gmsh" / folder / f"{script}.py", "-nopopup",
                                       packages=packages, cwd=scratch)
            details |= told(script, finished, scratch)
        ran = sum(details[script] == "ran" for script in chosen)
        return Outcome(f"{ran} of {len(chosen)} ran, {len(details) - len(chosen)} lines and files",
                       details)

    return run


CLIENTS = [
    Client("gmsh-tutorials-quick", "gmsh", VERSION, f"its tutorials {', '.join(QUICK)}",
           scripts("gmsh-tutorials-quick", "tutorials/python", QUICK), quick=True),
    Client("gmsh-tutorials", "gmsh", VERSION, "its other tutorials too, but for t17 and t18",
           scripts("gmsh-tutorials", "tutorials/python", TUTORIALS)),
    Client("gmsh-examples", "gmsh", VERSION,
           f"{len(EXAMPLES)} of its examples: those that want no window and no numpy",
           scripts("gmsh-examples", "examples/api", EXAMPLES)),
]
