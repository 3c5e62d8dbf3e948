#!/usr/bin/env python3
"""Computes the kernels' test vectors at 50 digits.

    tools/numerics/kernel_vectors.py            writes core/math/tests/vectors/kernels.csv
    tools/numerics/kernel_vectors.py --check    fails if that file is not what would be written

Needs mpmath (Debian: python3-mpmath). A row is `kernel,input,input_exponent,expected,expected_exponent`: both numbers are an
integer times a power of two. Inputs are exactly what a kernel takes; expected values carry 30 bits more than its result, so
that an error in the last place is seen and not the rounding of the vector. Inputs are spread at random, and stand on and
beside every place where a kernel changes its method: cells of the tables, reductions, grids, ends of the domain.
"""

import pathlib
import random
import sys

from mpmath import mp, mpf

mp.dps = 50
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "core/math/tests/vectors/kernels.csv"
# Fractions of the types of Rust: I7F57 and I2F62.
SEVEN, TWO = 57, 62
# Bits that an expected value has beyond the type.
SPARE = 30
SCORE = mp.sqrt(2 * mp.log(2))
LEAST, GREATEST = -(1 << 63), (1 << 63) - 1


def integer(value, exponent):
    return int(mp.nint(mp.ldexp(value, -exponent)))


def fixed(function, fraction):
    """The row of a kernel whose result has `fraction` bits after the point."""

    def row(number, exponent):
        at = -(fraction + SPARE)
        return integer(function(mp.ldexp(mpf(number), exponent)), at), at

    return row


def floating(function):
    """The row of a kernel whose result has 64 significant bits."""

    def row(number, exponent):
        value = function(mp.ldexp(mpf(number), exponent))
        if value == 0:
            return 0, 0
        at = int(mp.floor(mp.log(value, 2))) - 63 - SPARE
        return integer(value, at), at

    return row


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def distribution(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def quantile(p):
    """Newton's steps on the smaller tail."""
    if p > mpf(1) / 2:
        return -quantile(1 - p)
    x = -mp.sqrt(-2 * mp.log(p)) if p < mpf(1) / 50 else mpf(0)
    for _ in range(200):
        step = (distribution(x) - p) / density(x)
        x -= max(mpf(-1), min(mpf(1), step))
        if abs(step) < mpf(10) ** -45:
            return x
    raise ArithmeticError(f"no quantile at {p}")


def normalised(number, exponent):
    """With 64 significant bits, as a Magnitude has them."""
    shift = 64 - number.bit_length()
    return (number << shift, exponent - shift) if shift >= 0 else (number >> -shift, exponent - shift)


def logarithms(rng):
    one = 1 << 63
    for exponent in (-88, -87, -40, -3, -2, -1, 0, 1, 2, 40, 87, 88):
        for mantissa in (one, one + 1, one + 256, one + (1 << 31), (one << 1) - 1, one * 23 // 16, one * 23 // 16 + 256):
            yield mantissa, exponent - 63
    for k in range(1, 40):
        yield one + (1 << k), -63
        yield (one << 1) - (1 << k), -64
    for _ in range(150):
        yield rng.getrandbits(63) | one, rng.randint(-88, 88) - 63
    # Within the reduced interval, where the polynomial is on its own.
    for _ in range(80):
        yield normalised(int(rng.uniform(0.6957, 1.4375) * 2**80) + rng.getrandbits(20), -80)


def roots(rng):
    one = 1 << 63
    for exponent in (-1000, -127, -126, -2, -1, 0, 1, 2, 127, 128, 999):
        for mantissa in (one, one + 1, one + (1 << 32), (one << 1) - 1, (one << 1) - 2):
            yield mantissa, exponent - 63
    for _ in range(40):
        root = rng.getrandbits(31) | 1 << 31
        for square in (root * root - 1, root * root, root * root + 1):
            yield normalised(square, rng.randint(-64, 64))
    for _ in range(60):
        yield rng.getrandbits(63) | one, rng.randint(-200, 200) - 63


def within(bits):
    return max(LEAST, min(GREATEST, bits))


def exponents(rng):
    yield from (0, 1, -1, LEAST, GREATEST, LEAST + 1)
    # Ends of a table's cells, and the middles, where the fast tier changes its power of two.
    for _ in range(50):
        edge = integer(mpf(rng.randint(-93 * 64, 92 * 64)) / 64 * mp.log(2), -SEVEN)
        for beside in (-(1 << 27), -1, 0, 1, 1 << 27):
            yield within(edge + beside)
    for _ in range(120):
        yield rng.randint(LEAST, GREATEST)
    for _ in range(40):
        yield rng.choice((-1, 1)) * rng.getrandbits(rng.randint(1, 57))


def scores(rng):
    """For the density and the distribution."""
    nine = 9 << SEVEN
    yield from (0, 1, -1, 1 << 12, (1 << 12) - 1, 1 << 30, (1 << 30) - 1, nine, nine - 1, nine - (1 << 31), -nine, LEAST, GREATEST)
    # Ends of the cells of the Mills table: s = 2/(score + 2) = j/16.
    for cell in range(2, 16):
        edge = integer((mpf(32) / cell - 2) * SCORE, -SEVEN)
        for beside in (-(1 << 31), -(1 << 13), 0, 1 << 13, 1 << 31):
            yield rng.choice((-1, 1)) * within(edge + beside)
    # Ends of the cells of the exponential: score² + log2 √(2π) = j/64.
    for _ in range(30):
        square = mpf(rng.randint(86, 62 * 64)) / 64 - mp.log(2 * mp.pi) / 2 / mp.log(2)
        edge = integer(mp.sqrt(square) * SCORE, -SEVEN)
        for beside in (-(1 << 13), 0, 1 << 13):
            yield rng.choice((-1, 1)) * (edge + beside)
    for _ in range(140):
        yield int(rng.uniform(-9.2, 9.2) * 2**53) << 4 | rng.getrandbits(4)
    for _ in range(40):
        yield rng.choice((-1, 1)) * rng.getrandbits(rng.randint(1, 58))


def probabilities(rng):
    one, edge = 1 << TWO, 1 << 32
    yield from (edge, edge + 1, one - edge, one - edge - 1, one >> 1, (one >> 1) + 1, (one >> 1) - 1, one // 1000, one // 50)
    for _ in range(80):
        yield rng.randint(edge, one - edge)
    for _ in range(60):
        tail = 1 << 32 | rng.getrandbits(rng.randint(20, 60))
        yield rng.choice((tail, one - tail))


def lines():
    rng = random.Random(7)
    yield "kernel,input,input_exponent,expected,expected_exponent"
    for name, row, inputs in (
        ("ln", fixed(mp.log, SEVEN), logarithms(rng)),
        ("exp", floating(mp.exp), ((bits, -SEVEN) for bits in exponents(rng))),
        ("sqrt", floating(mp.sqrt), roots(rng)),
        ("norm_pdf", fixed(density, TWO), ((bits, -SEVEN) for bits in scores(rng))),
        ("norm_cdf", fixed(distribution, TWO), ((bits, -SEVEN) for bits in scores(rng))),
        ("norm_inv", fixed(quantile, SEVEN), ((bits, -TWO) for bits in probabilities(rng))),
    ):
        for number, exponent in inputs:
            expected, at = row(number, exponent)
            yield f"{name},{number},{exponent},{expected},{at}"


def main():
    match sys.argv[1:]:
        case []:
            OUTPUT.parent.mkdir(parents=True, exist_ok=True)
            OUTPUT.write_text("\n".join(lines()) + "\n")
        case ["--check"]:
            if not OUTPUT.exists() or OUTPUT.read_text() != "\n".join(lines()) + "\n":
                sys.exit(f"{OUTPUT.name} is not what tools/numerics/kernel_vectors.py writes: run it, and commit the file")
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
