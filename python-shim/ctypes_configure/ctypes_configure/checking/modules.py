"""Imports the modules that are to be checked."""

import importlib
import importlib.util
import os
import pkgutil
import sys
from functools import partial

from ..errors import ConfigureError


def load(name, with_submodules=False):
    """Returns the module of that dotted name, or in that `.py` file, as a list, and messages on what cannot
    be imported.

    `PACKAGE.*` adds the modules directly in a package, `with_submodules` those in packages in it too.
    Raises `ConfigureError` if the module itself cannot be imported.
    """
    package, star, rest = name.partition(".*")
    if star and rest:
        raise ConfigureError(f"{name!r} is no module: .* stands at the end, behind a package")
    module = _in_file(package) if package.endswith(".py") else _imported(package)
    loaded, failed = [module], []
    if star or with_submodules:
        if not hasattr(module, "__path__"):
            raise ConfigureError(f"{package} is no package, it has no modules in it")
        search = partial(pkgutil.walk_packages, onerror=_ignore) if with_submodules else pkgutil.iter_modules
        for each in search(module.__path__, module.__name__ + "."):
            if each.name.endswith(".__main__"):
                continue
            try:
                loaded.append(_imported(each.name))
            except ConfigureError as error:
                failed.append(str(error))
    return loaded, failed


def _imported(name):
    # Python's own `-m` looks into the current directory; a script that pip installs does not.
    if "" not in sys.path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    return _guarded(name, lambda: importlib.import_module(name))


def _in_file(path):
    if not os.path.exists(path):
        raise ConfigureError(f"there is no file {path}")
    directory, words = os.path.split(os.path.abspath(path))
    name = words.removesuffix(".py")
    if os.path.exists(os.path.join(directory, "__init__.py")):
        return _in_package(directory, name)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _guarded(path, lambda: spec.loader.exec_module(module))
    return module


def _in_package(directory, name):
    """Imports a module by its full name, because it may import others by their place in the package."""
    words = [] if name == "__init__" else [name]
    while os.path.exists(os.path.join(directory, "__init__.py")):
        directory, package = os.path.split(directory)
        words.insert(0, package)
    sys.path.insert(0, directory)
    return _imported(".".join(words))


def _guarded(name, action):
    try:
        return action()
    except (Exception, SystemExit) as error:
        raise ConfigureError(f"cannot import {name}: {type(error).__name__}: {error}") from error


def _ignore(name):
    """Passes over a package that cannot be imported: importing it by name reports that."""
