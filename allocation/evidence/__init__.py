"""What is known of the effect of a practice, how firmly, and what it costs to reach one more person."""
