"""What users may do with their own wallets: which acts a page offers, and the calls they make."""
