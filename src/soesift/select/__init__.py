"""Which labels to train on: beliefs, agreement, rules, the audit and its certificate."""

RULES = (
    *("agreement", "certified", "soft", "soft_beliefs", "confident", "crowd", "all"),
    *("confirmed", "certified_confirmed", "self_trained"),
    *("random_drop", "matched_drop", "positive_drop", "relabel_or", "relabel_and"),  # ablations
)  # the names of ways to choose labels, as verbs and studies take them; `select.by_name` applies them
