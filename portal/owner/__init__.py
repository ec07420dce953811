"""Pages of people who signed in with a wallet."""
