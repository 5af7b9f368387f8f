"""Runs the command line: python -m paceline."""

from paceline.cli import main

main()
