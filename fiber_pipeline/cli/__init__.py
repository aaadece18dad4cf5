"""The `fiber` command: one module a subcommand. What it does is in the core; what it says is here."""
