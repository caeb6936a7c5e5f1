"""The three servers of bench.graphql, what is asked of them, and who asks."""
