"""What devices report of themselves: keys, signed messages, and the rules that judge them."""
