"""The durable pipeline: claim a step, work with no transaction open, store under the fence, ring again."""
