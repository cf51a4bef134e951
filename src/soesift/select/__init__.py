"""Which labels to train on: beliefs, agreement, rules, the audit and its certificate."""
