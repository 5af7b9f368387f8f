"""Settings: the organization's own, exchange rates, members, API tokens, the audit trail, and everybody's account."""
