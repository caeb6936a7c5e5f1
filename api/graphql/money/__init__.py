"""Where dollars come from and lie: funders, investments, allocations, restrictions and the ledger's transactions."""
