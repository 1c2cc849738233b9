"""After the decision: conditions, demands, follow-ups to their closure, costs, and the recall."""
