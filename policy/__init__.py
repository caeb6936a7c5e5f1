"""What the partnership has promised."""
