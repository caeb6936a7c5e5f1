"""Moves dollars under real restrictions to what works for those furthest behind; see docs/optimizer.md."""

from allocation.optimizer.export import export_program
from allocation.optimizer.inverse import least_money
from allocation.optimizer.run import solve
from allocation.optimizer.solver import SolverError

__all__ = ["SolverError", "export_program", "least_money", "solve"]
