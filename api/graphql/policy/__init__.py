"""The policy team's chain: barriers, plans, what is done for them, and what came of it."""
