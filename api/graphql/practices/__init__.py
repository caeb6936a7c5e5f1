"""What is done for children, and what is known of it: practices, findings, tiers, effects and costs."""
