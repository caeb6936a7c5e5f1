"""What the partnership wants of rules: plans and the measures that they aim at."""
