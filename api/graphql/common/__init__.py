"""What every subject shares: nodes, connections, ids, inputs' checks, changes, errors and the context."""
