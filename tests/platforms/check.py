"""Has Rust's compiler check library and program for systems for which nothing can be linked here."""

from dataclasses import replace

import root
from build import cargo
from targets import CHECKED, FROM_SOURCE, TARGETS, Target

NO_COMPILER = root.HERE / "no-compiler"


def check(name):
    root.prepare((FROM_SOURCE,))
    for target in [Target(triple, ()) for triple in CHECKED.get(name, ())] or [TARGETS[name]]:
        lower = target.triple.replace("-", "_")
        # Any folder passes for that with Apple's headers.
        variables = {f"{tool}_{lower}": str(NO_COMPILER) for tool in ("CC", "CXX", "AR")} | {"SDKROOT": "/"}
        # Without a compiler nothing is linked, so neither libraries nor the compiler of the target are needed.
        bare = replace(target, compiler=None, std_from_source=True, libffi_from_source=False)
        cargo(bare, "check", "--lib", "--bins", **variables)
        print(f"{name}: library and program check for {target.triple}")
    return True
