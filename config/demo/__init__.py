"""The demo driver: it plays Ballast's users and moves the local chain's clock, nothing else.

Owners, verifiers, reporters, borrowers, bidders and lenders are actors here. They use the same
doors as real users: services, tasks and their own wallets. No product code imports this package.
"""
