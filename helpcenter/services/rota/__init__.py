"""The duty rota: who is on duty for a topic, and when."""

from helpcenter.services.rota.duty import next_on_duty, on_duty, teams_for

__all__ = ["next_on_duty", "on_duty", "teams_for"]
