"""Has Rust's compiler check library and program for systems for which nothing can be linked here."""

import os

import root
from build import environment
from root import REPOSITORY
from targets import BUILT, CHECKED, FROM_SOURCE, Target

NO_COMPILER = root.HERE / "no-compiler"


def check(name):
    root.prepare((FROM_SOURCE,))
    for triple, (features, *variables) in CHECKED[name].items():
        lower = triple.replace("-", "_")
        settings = {**os.environ, **environment(Target(triple, (), std_from_source=True)),
                    f"CC_{lower}": str(NO_COMPILER), f"CXX_{lower}": str(NO_COMPILER), f"AR_{lower}": str(NO_COMPILER),
                    **dict(variables)}
        root.run(["cargo", "check", "--profile", "platforms", "--locked", "--ignore-rust-version", "--target", triple,
                  "-Zbuild-std=std,panic_unwind", "--no-default-features", "--features", features, "--lib", "--bins"],
                 cwd=REPOSITORY, env=settings)
        print(f"{name}: {triple} is checked with {features}")
    return True
