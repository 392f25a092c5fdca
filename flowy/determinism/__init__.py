"""What workflow code must not do, and the guards that stop it while it runs."""
