"""Transformations of the plane as PDF writes them: a b c d e f."""

from __future__ import annotations

from typing import Any

from edxml.page.fonts import entry

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(first: Matrix, then: Matrix) -> Matrix:
    """The transformation that does one after the other."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def matrix_of(form: Any) -> Matrix:
    """A form's own /Matrix."""
    given = entry(form, "/Matrix", [])
    return six([float(n) for n in given]) if len(given) == 6 else IDENTITY


def six(numbers: list[float]) -> Matrix:
    """Six numbers as a matrix."""
    return (numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5])
