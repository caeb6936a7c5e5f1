"""Riverbend, the fictional demo partnership."""
