"""The frame of the workbench's pages: the blueprint, its words, and what is one's own."""

from enum import StrEnum
from typing import Any, Final

from flask import Blueprint, request
from flask_babel import format_decimal, gettext

from helpcenter.blueprints.workbench.forms import write_time
from helpcenter.blueprints.workbench.menu import groups
from helpcenter.errors import N_
from helpcenter.models import (
    AnswerState,
    ClipState,
    EntryState,
    RatingKind,
    Recording,
    RecordingState,
    Source,
    StepState,
    TaskState,
    Visibility,
)
from helpcenter.permissions import Action
from helpcenter.web import check, signed_in_user
from helpcenter.web.languages import LANGUAGES

bp = Blueprint("workbench", __name__, url_prefix="/workbench")

STEPS = {
    "fetch": N_("Take the file in"),
    "probe": N_("Examine the file"),
    "scan": N_("Listen and look through it"),
    "outline": N_("Lay out first chapters"),
    "play": N_("Prepare it for players"),
    "transcript": N_("Write down what is said"),
    "chapters": N_("Find chapters"),
    "clips": N_("Propose clips"),
    "index": N_("Make it searchable"),
    "notify": N_("Tell those who wait"),
    "cut": N_("Cut a clip"),
}
# The word for a state, and the badge's tone. Several kinds of things can be "failed" or "done": these are equal as keys.
_STATES: tuple[tuple[StrEnum, str, str], ...] = (
    (StepState.TODO, N_("waiting"), "quiet"),
    (StepState.DOING, N_("running"), "busy"),
    (StepState.DONE, N_("done"), "ok"),
    (StepState.FAILED, N_("failed, will be tried again"), "busy"),
    (StepState.QUARANTINED, N_("stopped"), "bad"),
    (RecordingState.PROCESSING, N_("in the works"), "busy"),
    (RecordingState.READY, N_("ready"), "ok"),
    (RecordingState.FAILED, N_("stuck"), "bad"),
    (ClipState.PROPOSED, N_("proposed"), "busy"),
    (ClipState.CONFIRMED, N_("published"), "ok"),
    (ClipState.REJECTED, N_("rejected"), "quiet"),
    (ClipState.WITHDRAWN, N_("withdrawn"), "quiet"),
    (AnswerState.WAITING, N_("in the works"), "busy"),
    (AnswerState.GIVEN, N_("given"), "ok"),
    (AnswerState.FAILED, N_("did not solve it"), "quiet"),
    (EntryState.DRAFT, N_("draft"), "quiet"),
    (EntryState.IN_REVIEW, N_("in review"), "busy"),
    (EntryState.PUBLISHED, N_("published"), "ok"),
    (EntryState.STALE, N_("needs a look"), "bad"),
    (TaskState.OPEN, N_("open"), "busy"),
    (TaskState.TAKEN, N_("taken"), ""),
    (TaskState.DONE, N_("done"), "ok"),
    (TaskState.DISMISSED, N_("dismissed"), "quiet"),
)
STATES: Final = {(type(state), state.value): (word, tone) for state, word, tone in _STATES}
KINDS = {
    RatingKind.OUTDATED: N_("outdated"),
    RatingKind.UNCLEAR: N_("unclear"),
    RatingKind.WRONG_PRODUCT: N_("wrong product"),
    RatingKind.OTHER: N_("something else"),
    RatingKind.FAILED: N_("did not solve it"),
}
SOURCES = {
    Source.FILE: N_("file"),
    Source.UPLOAD: N_("upload"),
    Source.URL: N_("address"),
    Source.YOUTUBE: N_("YouTube"),
    Source.LIVE: N_("live session"),
}
VISIBILITIES = {
    Visibility.PUBLIC: N_("everybody"),
    Visibility.UNLISTED: N_("everybody who has the address"),
    Visibility.CUSTOMERS: N_("signed-in customers"),
    Visibility.STAFF: N_("staff only"),
}
LANGUAGE_NAMES = {"de": N_("German"), "en": N_("English")}
DONE = {
    "confirm": N_("Published. The clip can be found from now on."),
    "reject": N_("Rejected. It will not be proposed again."),
    "save": N_("Saved."),
    "withdraw": N_("Withdrawn. The clip is not public any more."),
    "retry": N_("It is tried again."),
    "chapters": N_("The chapters are saved."),
    "deleted": N_("Deleted."),
    "submit": N_("Handed over for review."),
    "publish": N_("Published."),
    "unpublish": N_("Taken off the site; it is a draft again."),
    "send_back": N_("It is a draft again."),
    "mark_stale": N_("Marked: this entry needs a look. It stays visible."),
    "restore": N_("The earlier version is back, as the newest one."),
    "cancelled": N_("The upload was cancelled."),
    "scheduled": N_("Scheduled. It is announced from now on."),
    "draft_kept": N_("Kept as a draft. Nobody else sees it yet."),
    "proposed": N_("Proposed. Customers can vote on the session's page from now on."),
    "date_fixed": N_("The date is fixed, and the session is announced."),
    "import_started": N_("The import has begun. It goes on by itself, over days where YouTube's quota wants it."),
    "answered": N_("Sent. Everybody who waits for this answer gets one mail."),
    "recorded": N_("The video has arrived. As soon as it is ready, it answers the question by itself."),
    "confirmed_suggestion": N_("Confirmed. Whoever waits for it is told by mail."),
    "rejected_suggestion": N_("Not taken. The super-user sees that, and your reason."),
    "task_take": N_("It is yours. Others see that you are at it."),
    "task_give_back": N_("It waits for somebody else."),
    "task_done": N_("Done. What readers said before counts no more."),
    "task_dismiss": N_("Dismissed. It comes back only when readers say it again."),
    "task_mark_stale": N_("Marked: this entry needs a look. It stays visible."),
    "gap_taken": N_("It stands in the agenda now."),
    "gap_dismissed": N_("Dismissed. It comes back only with new evidence."),
    "gap_back": N_("It is proposed again."),
    "taken": N_("It is yours now."),
    "given": N_("Given away. Whoever has it now is told by mail."),
    "passed": N_("Passed on. Thank you: the next question like this goes elsewhere."),
    "retopiced": N_("The topic is changed."),
    "merged": N_("Merged. Whoever waited for the one waits for the other now."),
    "declined": N_("Declined, with your reason on its page."),
    "planned": N_("Planned for the session. Whoever waits for the answer is told the date by mail."),
    "released": N_("Let in. It finds its expert now."),
    "apart": N_("They stay questions of their own."),
    "plan_applied": N_("The plan counts. Whoever has other shifts now is told by mail."),
    "shift_taken": N_("The shift is yours. Thank you!"),
    "shift_offered": N_("Offered. Your colleagues have mail; the shift stays yours until somebody takes it."),
    "swapped": N_("Swapped. Both of you have mail."),
    "away": N_("Noted. Nothing was planned for that time."),
    "away_opened": N_("Noted. The shifts of that time are open now; colleagues are asked, and planners told."),
    "back": N_("Noted. Shifts that were opened stay with whoever took them."),
    "wishes": N_("Your wishes are kept; they count from the next planning on."),
    "calendar_renewed": N_("The calendar has a new address. The old one shows nothing any more."),
    "session_cancelled": N_("Cancelled. Whoever subscribed is told by mail."),
}
assert set(LANGUAGES) == set(LANGUAGE_NAMES)


@bp.context_processor
def words() -> dict[str, Any]:
    """Words and small functions for the workbench's templates."""
    return {
        "step_name": lambda step: gettext(STEPS[step.name]) if step.name in STEPS else step.name,
        "state_word": lambda state: gettext(STATES[type(state), state.value][0]),
        "state_tone": lambda state: STATES[type(state), state.value][1],
        "kind_word": lambda kind: gettext(KINDS[kind]),
        "source_word": lambda source: gettext(SOURCES[source]),
        "visibilities": {key.value: gettext(word) for key, word in VISIBILITIES.items()},
        "language_names": {code: gettext(name) for code, name in LANGUAGE_NAMES.items()},
        "time": write_time,
        "menu": groups,
        "percent": lambda part: round(100 * part),
        "size_word": size_word,
        "done": gettext(DONE[request.args["done"]]) if request.args.get("done") in DONE else "",
    }


def size_word(size: int) -> str:
    """A number of bytes as people say it: 3.4 GB, 120 MB, 12 kB."""
    for unit, bytes_of_it in (("GB", 1e9), ("MB", 1e6)):
        if size >= bytes_of_it:
            return f"{format_decimal(round(size / bytes_of_it, 1))} {unit}"
    return f"{max(1, round(size / 1000)) if size else 0} kB"


def is_own(recording: Recording) -> bool:
    """Whether whoever asks has brought this recording in."""
    return recording.created_by_id == signed_in_user().id


def check_recording(recording: Recording, action: Action = Action.EDIT_RECORDING) -> None:
    """Raise Forbidden unless whoever asks may do this to the recording."""
    check(action, own=is_own(recording))


def page_number() -> int:
    """The page of a list that was asked for."""
    return max(1, request.args.get("page", 1, type=int))
