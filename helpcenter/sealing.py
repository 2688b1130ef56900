"""Secrets at rest: sealed with AES-GCM under a ring of keys, bound to what they belong to."""
