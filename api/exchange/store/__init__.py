"""Puts records into the database: one file a kind, each in statements over the whole file at once."""
