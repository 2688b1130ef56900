"""Who may do what: one table, deny by default."""

from enum import StrEnum


class Role(StrEnum):
    """What a person is to the help centre; `ANONYMOUS` is everybody who has not signed in."""

    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    SUPER_USER = "super-user"
    EXPERT = "expert"
    EDITOR = "editor"
    ADMIN = "admin"


class Scope(StrEnum):
    """How far a permission reaches: not at all, to what is one's own or assigned, or to everything."""

    NONE = "none"
    OWN = "own"
    ALL = "all"


class Action(StrEnum):
    """What can be done; the words are those of the table in ARCHITECTURE.md."""

    READ_PUBLISHED = "read published entries, clips and recordings"
    READ_CUSTOMERS_ONLY = "read what is for customers only"
    READ_DRAFTS = "read drafts, proposals and raw transcripts"
    ASK = "ask a question"
    READ_QUESTION = "read a question that is not public"
    ANSWER = "answer questions, pass them on, decline them"
    SUGGEST = "suggest answers to questions that are shared with super-users"
    MODERATE = "decide about questions and files that were held back"
    RATE = "say whether an answer helped"
    UPLOAD = "upload recordings, run and retry their steps"
    EDIT_RECORDING = "edit chapters, clips and transcripts"
    EDIT_FAQ = "write entries and topics"
    PUBLISH = "publish and withdraw entries and clips"
    PLAN_ROTA = "plan the duty rota"
    SCHEDULE = "schedule, move and cancel live sessions"
    HOST = "run a live session, see its stream key"
    SEE_FIGURES = "see what is asked, searched and watched"
    MANAGE_USERS = "manage people and their roles"
    MANAGE_CHANNELS = "connect channels, import their videos, see their quota"
    OPERATE = "see the system's state, its mail and its log"
    OWN_ACCOUNT = "see and change one's own account"


_NONE, _OWN, _ALL = Scope.NONE, Scope.OWN, Scope.ALL
_ROLES = tuple(Role)

# Columns: anonymous, customer, super-user, expert, editor, admin.
_ROWS: dict[Action, tuple[Scope, Scope, Scope, Scope, Scope, Scope]] = {
    Action.READ_PUBLISHED: (_ALL, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.READ_CUSTOMERS_ONLY: (_NONE, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.READ_DRAFTS: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.ASK: (_ALL, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.READ_QUESTION: (_OWN, _OWN, _OWN, _OWN, _ALL, _ALL),
    Action.ANSWER: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.SUGGEST: (_NONE, _NONE, _ALL, _NONE, _NONE, _NONE),
    Action.MODERATE: (_NONE, _NONE, _NONE, _NONE, _ALL, _ALL),
    Action.RATE: (_ALL, _ALL, _ALL, _ALL, _ALL, _ALL),
    Action.UPLOAD: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.EDIT_RECORDING: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.EDIT_FAQ: (_NONE, _NONE, _NONE, _NONE, _ALL, _ALL),
    Action.PUBLISH: (_NONE, _NONE, _NONE, _NONE, _ALL, _ALL),
    Action.PLAN_ROTA: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.SCHEDULE: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.HOST: (_NONE, _NONE, _NONE, _OWN, _ALL, _ALL),
    Action.SEE_FIGURES: (_NONE, _NONE, _NONE, _ALL, _ALL, _ALL),
    Action.MANAGE_USERS: (_NONE, _NONE, _NONE, _NONE, _NONE, _ALL),
    Action.MANAGE_CHANNELS: (_NONE, _NONE, _NONE, _NONE, _NONE, _ALL),
    Action.OPERATE: (_NONE, _NONE, _NONE, _NONE, _NONE, _ALL),
    Action.OWN_ACCOUNT: (_NONE, _OWN, _OWN, _OWN, _OWN, _OWN),
}
TABLE: dict[tuple[Role, Action], Scope] = {
    (role, action): scope for action, row in _ROWS.items() for role, scope in zip(_ROLES, row, strict=True)
}


def scope(role: Role, action: Action) -> Scope:
    """How far `role` may do `action`."""
    return TABLE.get((role, action), Scope.NONE)


def may(role: Role, action: Action, *, own: bool = False) -> bool:
    """Whether `role` may do `action` to one thing, which is its own (or assigned to it) or not."""
    reach = scope(role, action)
    return reach is Scope.ALL or (reach is Scope.OWN and own)
