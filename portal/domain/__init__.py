"""What the pages compute for themselves: words, numbers as text, and the geometry of charts."""
