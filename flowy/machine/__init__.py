"""A machine that takes tokens through nested lists of tasks, to be halted, stored and resumed."""
