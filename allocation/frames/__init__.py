"""Reads rows into frames: the one place where the arithmetic's inputs come out of the database."""
