"""Runs the command line: python -m paceline."""

from paceline.cli import main

# A process that serves beside others imports this, too.
if __name__ == "__main__":
    main()
