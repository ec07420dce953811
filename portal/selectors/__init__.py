"""What each page shows, gathered from the other apps' selectors into plain rows for templates."""
