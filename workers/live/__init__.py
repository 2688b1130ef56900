"""Broadcasts: what people want of them, done on the platform step by step."""
