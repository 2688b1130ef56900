from helpcenter.models import MailState
from helpcenter.permissions import Role
from helpcenter.web.words import WORDS


def test_every_role_and_state_has_its_word():
    assert {*map(str, Role), *map(str, MailState)} == set(WORDS)
