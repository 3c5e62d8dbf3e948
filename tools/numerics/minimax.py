"""Polynomials of least maximal weighted error (Remez 1934), at mpmath's precision."""

from mpmath import lu_solve, matrix, mp, mpf


def fit(function, degree, low, high, weight=lambda x: mpf(1)):
    """Coefficients in powers of u = (x - middle) / (high - low), u in [-1/2, 1/2], and the largest weighted error."""
    low, high = mpf(low), mpf(high)
    middle, width = (low + high) / 2, high - low
    size = degree + 2
    steps = 40 * size
    grid = [middle - width / 2 * mp.cos(mp.pi * i / steps) for i in range(steps + 1)]
    values = [function(x) for x in grid]
    weights = [weight(x) for x in grid]
    chosen = [round(steps * i / (size - 1)) for i in range(size)]
    for _ in range(20):
        system, wanted = matrix(size, size), matrix(size, 1)
        for row, index in enumerate(chosen):
            power, u = mpf(1), (grid[index] - middle) / width
            for column in range(degree + 1):
                system[row, column] = power
                power *= u
            system[row, degree + 1] = (-1) ** row / weights[index]
            wanted[row] = values[index]
        solution = lu_solve(system, wanted)
        coefficients = [solution[i] for i in range(degree + 1)]
        errors = [
            (evaluate(coefficients, (x - middle) / width) - value) * w
            for x, value, w in zip(grid, values, weights)
        ]
        extremes = _alternating_extremes(errors)
        if len(extremes) < size:
            raise ArithmeticError(f"only {len(extremes)} alternations of {size}")
        while len(extremes) > size:
            extremes.pop(0 if abs(errors[extremes[0]]) < abs(errors[extremes[-1]]) else -1)
        chosen = extremes
        sizes = [abs(errors[i]) for i in chosen]
        if max(sizes) < mpf("1.0001") * min(sizes):
            break
    return coefficients, max(abs(e) for e in errors)


def evaluate(coefficients, u):
    """Horner's rule."""
    total = mpf(0)
    for coefficient in reversed(coefficients):
        total = total * u + coefficient
    return total


def _alternating_extremes(errors):
    """The index of the largest error in each run of equal signs."""
    extremes, start = [], 0
    for i in range(1, len(errors) + 1):
        if i == len(errors) or (errors[i] > 0) != (errors[start] > 0):
            extremes.append(max(range(start, i), key=lambda j: abs(errors[j])))
            start = i
    return extremes
