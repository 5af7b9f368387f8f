"""The data plane: CRM records, the credit ledger and the daily totals."""
