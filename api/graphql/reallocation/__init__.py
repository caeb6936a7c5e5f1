"""Suggested reallocations: asked for, followed, decided and applied."""
