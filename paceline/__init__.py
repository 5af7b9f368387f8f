"""Paceline: sales targets and quotas, computed live and exactly from CRM records."""

__version__ = "0.1.0"
