"""One command for every performance claim; each brings the servers that it needs itself."""
