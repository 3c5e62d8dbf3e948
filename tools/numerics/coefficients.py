#!/usr/bin/env python3
"""Derives every fitted constant of core/math at 50 digits, and writes it as Rust.

    tools/numerics/coefficients.py            writes core/math/src/kernels/coefficients.rs
    tools/numerics/coefficients.py --check    fails if that file is not what would be written

Needs mpmath (Debian: python3-mpmath). The largest error of each fit stands beside it and is used by docs/internals/numerics.md.
"""

import pathlib
import sys
import textwrap

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from mpmath import mp, mpf  # noqa: E402

from minimax import fit  # noqa: E402

mp.dps = 50
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "core/math/src/kernels/coefficients.rs"
LN2 = mp.log(2)

# Scores are kept as d' = d / sqrt(2 ln 2), because then exp(-d^2/2) = 2^(-d'^2).
SCORE = mp.sqrt(2 * LN2)
# |z| of the logarithm after its reduction: ratios up to 1.4375 give z = 0.4375 / 2.4375.
Z_SQUARED = (mpf(7) / 39) ** 2
CELLS = 16


def bits(value, fraction):
    return int(mp.nint(value * 2**fraction))


def mills(score):
    """M(x) = (1 - Phi(x)) / phi(x), the Mills ratio, at x = score * SCORE."""
    x = score * SCORE
    if x > 60:
        return sum((-1) ** n * mp.fac2(2 * n - 1) / x ** (2 * n + 1) for n in range(12))
    return mp.sqrt(mp.pi / 2) * mp.exp(x * x / 2) * mp.erfc(x / mp.sqrt(2))


def log2_rest(z_squared):
    """R in log2((1 + z) / (1 - z)) = z (2 log2 e + z^2 R(z^2))."""
    if z_squared < mpf(10) ** -12:
        return (mpf(2) / 3 + 2 * z_squared / 5) / LN2
    z = mp.sqrt(z_squared)
    return (mp.log((1 + z) / (1 - z)) / z - 2) / z_squared / LN2


def in_plain_powers(coefficients, low, high):
    """From powers of u = (x - middle) / width to powers of x."""
    middle, width = (mpf(low) + mpf(high)) / 2, mpf(high) - mpf(low)
    plain = [mpf(0)] * len(coefficients)
    for coefficient in reversed(coefficients):
        # plain = plain * (x - middle) / width + coefficient
        shifted = [mpf(0)] + plain[:-1]
        plain = [(s - middle * p) / width for s, p in zip(shifted, plain)]
        plain[0] += coefficient
    return plain


lines = [
    "//! Constants that `tools/numerics/coefficients.py` derived; do not edit.",
    "//!",
    "//! `Qn` in a comment says that the integer is the value times 2ⁿ.",
    "",
    "use crate::Magnitude;",
    "",
]


def doc(comment):
    """A comment as Rust's documentation takes it, 100 columns wide."""
    return textwrap.wrap(comment, 100, initial_indent="/// ", subsequent_indent="/// ", break_long_words=False, break_on_hyphens=False)


def constant(name, comment, value, fraction, kind="i64"):
    lines.extend(doc(f"{comment}. Q{fraction}."))
    lines.append(f"pub const {name}: {kind} = {bits(value, fraction):_};")


def array(name, comment, values, fraction):
    lines.extend(doc(f"{comment}. Q{fraction}."))
    lines.append(f"pub const {name}: [i64; {len(values)}] = [")
    lines.extend(f"    {bits(v, fraction):_}," for v in values)
    lines.append("];")


def table(name, comment, rows, fractions):
    lines.extend(doc(f"{comment}."))
    lines.append(f"pub static {name}: [[i64; {len(rows[0])}]; {len(rows)}] = [")
    for row in rows:
        lines.append("    [")
        lines.extend(f"        {bits(v, fraction):_}," for v, fraction in zip(row, fractions))
        lines.append("    ],")
    lines.append("];")


def short(error):
    return mp.nstr(error, 2)


# Plain constants.
constant("LN_2", "ln 2", LN2, 62)
constant("HALF_LOG2_E", "½·log₂ e", 1 / LN2 / 2, 62)
constant("TWO_LOG2_E", "2·log₂ e", 2 / LN2, 60)
constant("SCORE", "√(2 ln 2): a score x is kept as x / √(2 ln 2), so that e^(−x²/2) = 2^(−score²)", SCORE, 62)
constant("INVERSE_SCORE", "1 / √(2 ln 2)", 1 / SCORE, 62)
constant("DEVIATION", "√(2 log₂ e): log₂ moneyness over σ√τ·√(2 log₂ e) is a score", mp.sqrt(2 / LN2), 62)
constant("INVERSE_DEVIATION", "1 / √(2 log₂ e)", mp.sqrt(LN2 / 2), 62)
constant("LOG2_SQRT_2PI", "log₂ √(2π)", mp.log(2 * mp.pi) / 2 / LN2, 58)
constant("ROOT_OF_THIRTY_DAYS", "√(30/365), in root years", mp.sqrt(mpf(30) / 365), 33)
constant("SQRT_2", "√2", mp.sqrt(2), 62)
constant("THIRD", "1/3", mpf(1) / 3, 62)
constant("MONEYNESS_LIMIT", "5·log₂ e, the domain of log-moneyness in base 2", 5 / LN2, 58)



def magnitude(name, comment, value):
    """As `mantissa x 2^(exponent - 63)` with the top bit of the mantissa set."""
    exponent = int(mp.floor(mp.log(value, 2)))
    lines.extend(doc(f"{comment}."))
    mantissa = bits(value, 63 - exponent)
    lines.append(f"pub const {name}: Magnitude = Magnitude::from_normalised({mantissa:_}, {exponent});")


magnitude("MIN_SPOT", "10⁻⁶", mpf(10) ** -6)
magnitude("MAX_SPOT", "10⁷", mpf(10) ** 7)
magnitude("MIN_VOLATILITY", "1 %", mpf(1) / 100)
magnitude("MAX_VOLATILITY", "500 %", mpf(5))
magnitude("MIN_YEARS", "A second, in years of 365 days, less a rounding of its fourth digit", mpf("3.17e-8"))
magnitude("MAX_YEARS", "Five years", mpf(5))

# Fast tier.
coefficients, error = fit(log2_rest, 3, 0, Z_SQUARED)
array("FAST_LOG2", f"R of log₂((1 + z)/(1 − z)) = z·(2 log₂ e + z²·R(z²)), z² ≤ (7/39)²; error of R {short(error)}",
      in_plain_powers(coefficients, 0, Z_SQUARED), 32)
coefficients, error = fit(lambda f: mp.expm1(f * LN2) / f if f else LN2, 6, 0, 1, lambda f: 2**-f)
# Each step of Horner's rule rounds down; a unit more in the first coefficient makes up for half of it.
coefficients[0] += mpf(2) ** -32
lines.extend(doc(f"P of 2^f = 1 + f·P(f), 0 ≤ f < 1; relative error of 2^f {short(error)}. Q32, the last three Q40."))
lines.append("pub const FAST_EXP2: [u64; 7] = [")
scales = [32] * 4 + [40] * 3
lines.extend(f"    {bits(v, q):_}," for v, q in zip(in_plain_powers(coefficients, 0, 1), scales))
lines.append("];")



def mills_rows(degree):
    """The Mills ratio by s = 2 / (score + 2), in cells of s; u in [-1/2, 1/2] across a cell; least relative error."""
    rows, worst = [], mpf(0)
    for cell in range(CELLS):
        low, high = mpf(cell) / CELLS, mpf(cell + 1) / CELLS
        # A score is at most 16, so s is at least 1/9; what lies below is never asked for.
        reached = max(low, mpf(1) / 9)
        if high <= reached:
            rows.append([mpf(0)] * (degree + 1))
            continue
        ratio = lambda s: mills(2 / s - 2)  # noqa: E731
        coefficients, error = fit(ratio, degree, reached, high, lambda s: 1 / ratio(s))
        plain = in_plain_powers(coefficients, (reached - low) * CELLS - mpf(1) / 2, mpf(1) / 2)
        rows.append(plain)
        worst = max(worst, error)
    return rows, worst


rows, error = mills_rows(4)
table("FAST_MILLS", f"Mills ratio by cells of s = 2/(score + 2); relative error {short(error)}. Q34", rows, [34] * 5)

# The distribution where a grid of scenarios asks for it: by place, without a density.
NORMAL_REACH, NORMAL_CELLS_PER_DEVIATION = mpf(13) / 2, 16
rows, worst = [], mpf(0)
for cell in range(int(2 * NORMAL_REACH * NORMAL_CELLS_PER_DEVIATION)):
    low = mpf(cell) / NORMAL_CELLS_PER_DEVIATION - NORMAL_REACH
    high = low + mpf(1) / NORMAL_CELLS_PER_DEVIATION
    coefficients, error = fit(mp.ncdf, 3, low, high)
    rows.append(in_plain_powers(coefficients, 0, 1))
    # Two steps of Horner's rule round down; half a unit of each makes up for it.
    rows[-1][1] += mpf(2) ** -34
    worst = max(worst, error)
# With a fifth number a row is found by a product: rows of 32 bytes would be found by a shift and a mask, which is dearer.
table("NORMAL", "Φ(x) by sixteenths from x = −6.5 to 6.5: powers of how far x is across its cell, 0 to 1; error "
      f"{short(worst)}. The first Q62, the others Q34; the last is of no account", [[*row, 0] for row in rows], [62, 34, 34, 34, 0])

# Precise tier.
coefficients, error = fit(log2_rest, 9, 0, Z_SQUARED)
array("PRECISE_LOG2", f"R of log₂((1 + z)/(1 − z)) = z·(2 log₂ e + z²·R(z²)), z² ≤ (7/39)²; error of R {short(error)}",
      in_plain_powers(coefficients, 0, Z_SQUARED), 61)
coefficients, error = fit(lambda g: mp.expm1(g * LN2) / g if g else LN2, 5, -mpf(1) / 64, mpf(1) / 64, lambda g: 2**-g)
array("PRECISE_EXP2", f"P of 2^g = 1 + g·P(g), |g| ≤ 1/64; relative error of 2^g {short(error / 64)}",
      in_plain_powers(coefficients, -mpf(1) / 64, mpf(1) / 64), 62)
array("EXP2_CELLS", "2^((i + ½)/32)", [mpf(2) ** ((mpf(i) + mpf(1) / 2) / 32) for i in range(32)], 61)
rows, error = mills_rows(8)
table("PRECISE_MILLS", f"Mills ratio by cells of s = 2/(score + 2); relative error {short(error)}. Q61, the last four Q53", rows,
      [61] * 5 + [53] * 4)

# The implied volatility's first guess.


def bachelier_wing(inverse_root):
    """Score of d over w at w = 1 / inverse_root, where w^2 = -log2(phi(d)/d - (1 - Phi(d))): Bachelier's price over |x|."""
    wanted = inverse_root**-2
    depth = lambda score: score**2 + mp.log(2 * mp.pi) / 2 / LN2 - mp.log(1 / (score * SCORE) - mills(score), 2)  # noqa: E731
    return mp.findroot(lambda score: depth(score) - wanted, (inverse_root**-1, inverse_root**-1 - 1), tol=1e-30) * inverse_root


constant("SQRT_2PI", "√(2π)", mp.sqrt(2 * mp.pi), 60)
constant("LOG2_LN_2", "log₂ ln 2", mp.log(LN2, 2), 54)
coefficients, error = fit(bachelier_wing, 5, mpf(1) / 14, mpf(1) / 2, lambda x: mpf(1))
array("WING", "d/√(2 ln 2)/w by 1/w, w² = −log₂(φ(d)/d − 1 + Φ(d)) from 4 to 196: Bachelier's price of an option over its "
      f"distance from the money; error {short(error)}", in_plain_powers(coefficients, mpf(1) / 14, mpf(1) / 2), 58)

text = "\n".join(lines) + "\n"
if sys.argv[1:] == ["--check"]:
    if OUTPUT.read_text() != text:
        sys.exit(f"{OUTPUT.name} is not what this script derives: run it and commit the result")
elif sys.argv[1:]:
    sys.exit(__doc__)
else:
    OUTPUT.write_text(text)
