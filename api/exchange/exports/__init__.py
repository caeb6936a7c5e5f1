"""Awards as files for others: 360Giving, IATI, and plain CSV."""
