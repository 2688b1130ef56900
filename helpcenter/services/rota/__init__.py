"""The duty rota: who is on duty for a topic, and when; teams, absences, wishes, swaps, and how it is planned."""

from helpcenter.services.rota.duty import DutyLine, duty_line, next_on_duty, on_duty, teams_for
from helpcenter.services.rota.mine import Today, today

__all__ = ["DutyLine", "Today", "duty_line", "next_on_duty", "on_duty", "teams_for", "today"]
