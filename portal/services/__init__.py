"""What the portal itself writes."""
