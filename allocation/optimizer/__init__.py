"""Moves dollars under real restrictions to what works for those furthest behind; see docs/optimizer.md."""

from allocation.optimizer.run import solve
from allocation.optimizer.solver import SolverError

__all__ = ["SolverError", "solve"]
