#!/usr/bin/env python3
"""Computes the repository's own Black-Scholes-Merton vectors at 50 digits.

    tools/numerics/vectors.py                 writes core/math/tests/vectors/black_scholes.csv
    tools/numerics/vectors.py --check         fails if that file is not what would be written
    tools/numerics/vectors.py --verify FILE   recomputes another file of that format; prints the largest difference

Needs mpmath (Debian: python3-mpmath). The first 200 options are spread over the markets that exist (spot 0.01 to 200,000,
one minute to two years, volatility 2 % to 400 %, up to 8 standard deviations from the money); the rest stand at the
corners and edges of the domain of core/math.
"""

import csv
import itertools
import pathlib
import random
import sys

from mpmath import mp, mpf

mp.dps = 50
OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "core/math/tests/vectors/black_scholes.csv"
INPUTS = "type spot strike rate carry sigma tau".split()
RESULTS = "price delta gamma vega theta rho vanna volga charm".split()
SECOND = "3.17097919837646e-8"  # a second in years of 365 days, rounded up so that it is inside the domain


def distribution(x):
    """The normal distribution, without cancellation in either tail."""
    return mp.erfc(-x / mp.sqrt(2)) / 2


def option(kind, spot, strike, rate, carry, sigma, tau):
    """Price and derivatives, from Merton (1973) and its derivatives."""
    s, k, r, q, v, t = (mpf(text) for text in (spot, strike, rate, carry, sigma, tau))
    sign = 1 if kind == "C" else -1
    root = mp.sqrt(t)
    d1 = (mp.log(s / k) + (r - q + v * v / 2) * t) / (v * root)
    d2 = d1 - v * root
    density = mp.exp(-d1 * d1 / 2) / mp.sqrt(2 * mp.pi)
    asset, bond = s * mp.exp(-q * t), k * mp.exp(-r * t)
    weight, cash = sign * distribution(sign * d1), sign * distribution(sign * d2)
    decay = density * (2 * (r - q) * t - d2 * v * root) / (2 * t * v * root)
    vega = asset * density * root
    return {
        "price": asset * weight - bond * cash,
        "delta": asset / s * weight,
        "gamma": asset / s * density / (s * v * root),
        "vega": vega,
        "theta": -asset * density * v / (2 * root) - r * bond * cash + q * asset * weight,
        "rho": t * bond * cash,
        "vanna": -asset / s * density * d2 / v,
        "volga": vega * d1 * d2 / v,
        "charm": asset / s * (q * weight - decay),
    }


def usual(rng):
    """An option of a market that exists."""

    def between(low, high, digits):
        return f"{mp.nstr(mp.exp(mpf(rng.uniform(float(mp.log(low)), float(mp.log(high))))), digits)}"

    spot, sigma, tau = between(0.01, 200_000, 9), between(0.02, 4, 6), between(1 / 525_600, 2, 8)
    width = mpf(sigma) * mp.sqrt(mpf(tau))
    deviations = rng.gauss(0, 1.5) if rng.random() < 0.75 else rng.uniform(-8, 8)
    moneyness = max(-3, min(3, float(width) * deviations))
    strike = mp.nstr(mpf(spot) * mp.exp(moneyness), 9)
    return rng.choice("CP"), spot, strike, f"{rng.uniform(-0.05, 0.25):.6f}", f"{rng.uniform(-0.25, 0.5):.6f}", sigma, tau


def corners():
    """Options where every input is at an end of its range."""
    for spot, tau, sigma in itertools.product(("0.000001", "10000000"), (SECOND, "5"), ("0.01", "5")):
        for rate, carry, moneyness in (("-1", "1", "4.9999"), ("1", "-1", "-4.9999"), ("1", "1", "0"), ("0", "0", "0")):
            strike = mp.nstr(mpf(spot) * mp.exp(mpf(moneyness)), 12)
            for kind in "CP":
                yield kind, spot, strike, rate, carry, sigma, tau


def edges(rng):
    """Options that stand at the end of one range, and inside the others."""
    while True:
        row = list(usual(rng))
        which = rng.choice("spot strike rate carry sigma tau".split())
        ends = {
            "spot": ("0.000001", "10000000"),
            "rate": ("-1", "1"),
            "carry": ("-1", "1"),
            "sigma": ("0.01", "5"),
            "tau": (SECOND, "5"),
        }
        at = INPUTS.index(which)
        if which == "strike":
            row[2] = mp.nstr(mpf(row[1]) * mp.exp(rng.choice((mpf("-4.9999"), mpf("4.9999")))), 12)
        else:
            ratio = mpf(row[2]) / mpf(row[1])
            row[at] = rng.choice(ends[which])
            row[2] = mp.nstr(mpf(row[1]) * ratio, 12)
        yield tuple(row)


def text(value):
    """Twenty digits; what no double can tell from nothing is nothing."""
    return "0" if abs(value) < mpf(10) ** -300 else mp.nstr(value, 20)


def lines():
    rng = random.Random(3)
    rows = [usual(rng) for _ in range(200)] + list(corners()) + list(itertools.islice(edges(rng), 36))
    yield ",".join(INPUTS + RESULTS)
    for row in rows:
        yield ",".join(list(row) + [text(option(*row)[name]) for name in RESULTS])


def verify(path):
    worst = dict.fromkeys(RESULTS, mpf(0))
    with open(path) as file:
        for row in csv.DictReader(file):
            exact = option(*(row[name] for name in INPUTS))
            for name in RESULTS:
                size = max(abs(exact[name]), mpf(10) ** -30)
                worst[name] = max(worst[name], abs(exact[name] - mpf(row[name])) / size)
    print(*(f"{name} {mp.nstr(value, 3)}" for name, value in worst.items()), sep="\n")


def main():
    match sys.argv[1:]:
        case []:
            OUTPUT.parent.mkdir(parents=True, exist_ok=True)
            OUTPUT.write_text("\n".join(lines()) + "\n")
        case ["--check"]:
            if not OUTPUT.exists() or OUTPUT.read_text() != "\n".join(lines()) + "\n":
                sys.exit(f"{OUTPUT.name} is not what tools/numerics/vectors.py writes: run it, and commit the file")
        case ["--verify", path]:
            verify(path)
        case _:
            sys.exit(__doc__)


main()
