"""How kernels are compiled: once, cached, without the GIL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, cast

import numba

Function: TypeAlias = Callable[..., Any]


def kernel(function: Function) -> Function:
    """Compile a kernel; the machine code is kept beside the module, or else in the user's cache folder.

    Division by zero gives inf and nan as in NumPy, since a check in the loop would keep it from vectorising.
    """
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return cast(Function, numba.njit(cache=True, **options)(function))
    except RuntimeError:  # no folder can be written: compile anew in each process
        return cast(Function, numba.njit(**options)(function))


def inlined(function: Function) -> Function:
    """Compile a function that kernels call in their inner loops."""
    return cast(Function, numba.njit(forceinline=True, error_model="numpy")(function))


def summing(function: Function) -> Function:
    """Compile a function that kernels call to sum along memory.

    The compiler may reorder the sum, so that it vectorises: once, when it compiles, hence alike in every call.
    """
    return cast(Function, numba.njit(fastmath={"reassoc", "contract", "nsz"}, error_model="numpy")(function))
