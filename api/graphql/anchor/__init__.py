"""The anchor entity: its staff, its books, what was agreed with funders, and gifts in kind."""
