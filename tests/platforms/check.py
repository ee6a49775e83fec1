"""Has Rust's compiler check library and program for systems for which nothing can be linked here."""

import os

import root
from build import environment
from root import REPOSITORY
from targets import CHECKED, FROM_SOURCE, TARGETS, Target

NO_COMPILER = root.HERE / "no-compiler"


def check(name):
    root.prepare((FROM_SOURCE,))
    for triple in CHECKED.get(name) or [TARGETS[name].triple]:
        lower = triple.replace("-", "_")
        compilers = {f"{tool}_{lower}": str(NO_COMPILER) for tool in ("CC", "CXX", "AR")}
        # Any folder passes for that with Apple's headers.
        settings = {**os.environ, **environment(Target(triple, (), std_from_source=True)), **compilers, "SDKROOT": "/"}
        root.run(["cargo", "check", "--profile", "platforms", "--locked", "--ignore-rust-version", "--target", triple,
                  "-Zbuild-std=std,panic_unwind", "--lib", "--bins"], cwd=REPOSITORY, env=settings)
        print(f"{name}: library and program check for {triple}")
    return True
