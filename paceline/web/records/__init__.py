"""Deals, leads and tasks: lists, a record's page, changing by hand, importing."""
