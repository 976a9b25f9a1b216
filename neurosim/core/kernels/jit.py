"""How kernels are compiled: once, cached, without the GIL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])


def kernel(function: F) -> F:
    """Compile a kernel; the machine code is kept beside the module, or else in the user's cache folder.

    Division by zero gives inf and nan as in NumPy, since a check in the loop would keep it from vectorising.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return cast(F, numba.njit(cache=True, **options)(function))
    except RuntimeError:  # no folder can be written: compile anew in each process
        return cast(F, numba.njit(**options)(function))


def inlined(function: F) -> F:
    """Compile a function that kernels call in their inner loops."""
    return cast(F, numba.njit(forceinline=True, error_model="numpy")(function))
