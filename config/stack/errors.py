"""What can go wrong with the stack, said in one sentence to whoever started it."""


class StackError(Exception):
    """A part of the stack cannot be used; the message says what failed and what to do."""


class StackInterrupted(Exception):
    """Somebody asked the stack to stop."""
