"""Where the dollars go, and where they would do more."""
