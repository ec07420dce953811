"""Where observations come from: each way of asking behind one interface, and none of it trusted."""
