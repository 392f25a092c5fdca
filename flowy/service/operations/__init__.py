"""What each call does in its transaction: load, ask the rules, store; one module an API family."""
