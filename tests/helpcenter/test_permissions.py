import pytest

from helpcenter.permissions import TABLE, Action, Role, Scope, may

# anonymous, customer, super-user, expert, editor, admin: all ●, own ○, none –
WANTED = {
    Action.READ_PUBLISHED:      "●●●●●●",
    Action.READ_CUSTOMERS_ONLY: "–●●●●●",
    Action.READ_DRAFTS:         "–––○●●",
    Action.ASK:                 "●●●●●●",
    Action.READ_QUESTION:       "○○○○●●",
    Action.ANSWER:              "–––○●●",
    Action.SUGGEST:             "––●–––",
    Action.MODERATE:            "––––●●",
    Action.RATE:                "●●●●●●",
    Action.UPLOAD:              "–––○●●",
    Action.EDIT_RECORDING:      "–––○●●",
    Action.EDIT_FAQ:            "––––●●",
    Action.PUBLISH:             "––––●●",
    Action.PLAN_ROTA:           "–––○●●",
    Action.SCHEDULE:            "–––○●●",
    Action.HOST:                "–––○●●",
    Action.SEE_FIGURES:         "–––●●●",
    Action.MANAGE_USERS:        "–––––●",
    Action.MANAGE_CHANNELS:     "–––––●",
    Action.OPERATE:             "–––––●",
    Action.OWN_ACCOUNT:         "–○○○○○",
}  # fmt: skip
SIGNS = {"●": Scope.ALL, "○": Scope.OWN, "–": Scope.NONE}


@pytest.mark.parametrize("action", Action)
def test_the_table_says_who_may_do_what(action):
    assert [TABLE[role, action] for role in Role] == [SIGNS[sign] for sign in WANTED[action]]


def test_own_things_are_not_everybodys():
    assert may(Role.EXPERT, Action.UPLOAD, own=True)
    assert not may(Role.EXPERT, Action.UPLOAD)
    assert not may(Role.CUSTOMER, Action.UPLOAD, own=True)
