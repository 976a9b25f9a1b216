"""Elementary functions in plain arithmetic.

Written out (fdlibm's polynomials) instead of called, so that loops over lanes vectorise and every lane gets
the same bits whether it falls into the vector body of a loop or into its remainder (law 2).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic

from neurosim.core.kernels.jit import inlined

_MAGIC = 6755399441055744.0  # 1.5 * 2**52: adding it to a small integer leaves that integer in the low bits
_MAGIC_BITS = np.int64(0x4338000000000000)
_U32_BITS = np.uint64(0x4330000000000000)  # 2**52
_LN2 = 0.6931471805599453
_TURN = 2.0 * np.pi / 2.0**32


@intrinsic
def bits_of(typing_context: Any, x: Any) -> Any:
    """Return the bits of a float64 as uint64."""
    return types.uint64(types.float64), lambda context, builder, signature, args: builder.bitcast(
        args[0], ir.IntType(64)
    )


@intrinsic
def float_of(typing_context: Any, x: Any) -> Any:
    """Return the float64 that has these bits."""
    return types.float64(types.uint64), lambda context, builder, signature, args: builder.bitcast(
        args[0], ir.DoubleType()
    )


@inlined
def float_of_int(k):
    """Convert an int64 below 2**51 in magnitude."""
    return float_of(np.uint64(k + _MAGIC_BITS)) - _MAGIC


@inlined
def float_of_word(w):
    """Convert a 32-bit word held in a uint64."""
    return float_of(w | _U32_BITS) - 4503599627370496.0


@inlined
def log(x):
    """Natural logarithm of a positive normal number."""
    bits = bits_of(x)
    k = np.int64(bits - np.uint64(0x3FE6A09E667F3BCD)) >> np.int64(52)  # mantissa into [sqrt(1/2), sqrt(2))
    f = float_of(bits - (np.uint64(k) << np.uint64(52))) - 1.0
    s = f / (2.0 + f)
    z = s * s
    p = 1.531383769920937332e-01 + z * 1.479819860511658591e-01
    p = 2.222219843214978396e-01 + z * (1.818357216161805012e-01 + z * p)
    p = 3.999999999940941908e-01 + z * (2.857142874366239149e-01 + z * p)
    p = z * (6.666666666666735130e-01 + z * p)
    return float_of_int(k) * _LN2 + (2.0 * s + s * p)


@inlined
def exp(x):
    """Exponential of a number between -700 and 700."""
    bits = bits_of(x * 1.4426950408889634 + _MAGIC)
    k = np.int64(bits) - _MAGIC_BITS
    r = x - float_of_int(k) * 6.93147180369123816490e-01 - float_of_int(k) * 1.90821492927058770002e-10
    p = 1.0 / 479001600.0
    p = 1.0 / 3628800.0 + r * (1.0 / 39916800.0 + r * p)
    p = 1.0 / 40320.0 + r * (1.0 / 362880.0 + r * p)
    p = 1.0 / 720.0 + r * (1.0 / 5040.0 + r * p)
    p = 1.0 / 24.0 + r * (1.0 / 120.0 + r * p)
    p = 1.0 + r * (1.0 + r * (0.5 + r * (1.0 / 6.0 + r * p)))
    return p * float_of(np.uint64(k + np.int64(1023)) << np.uint64(52))


@inlined
def sincos(w):
    """Sine and cosine of w / 2**32 turns, w a 32-bit word held in a uint64."""
    quadrant = (w + np.uint64(0x20000000)) >> np.uint64(30)
    a = float_of_int(np.int64(w) - (np.int64(quadrant) << np.int64(30))) * _TURN  # within an eighth of a turn
    z = a * a
    s = -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10
    s = -1.98412698298579493134e-04 + z * (2.75573137070700676789e-06 + z * s)
    s = a * (1.0 + z * (-1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 + z * s)))
    c = 2.08757232129817482790e-09 + z * -1.13596475577881948265e-11
    c = 2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07 + z * c)
    c = 1.0 + z * (-0.5 + z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * c)))
    odd = (quadrant & np.uint64(1)) != np.uint64(0)
    sine = c if odd else s
    cosine = s if odd else c
    sine = -sine if (quadrant & np.uint64(2)) != np.uint64(0) else sine
    cosine = -cosine if ((quadrant + np.uint64(1)) & np.uint64(2)) != np.uint64(0) else cosine
    return sine, cosine
