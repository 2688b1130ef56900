from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from helpcenter.errors import Conflict, Forbidden
from helpcenter.models import Absence, AuditRow, OutgoingMail, Shift, Swap, SwapState, User
from helpcenter.permissions import Role
from helpcenter.services.rota import shifts, swaps
from tests.factories import make_user
from tests.helpcenter.services.rota.conftest import AM, CALENDAR, MONDAY, NOW, PM, Rota

WITH = {"calendar": CALENDAR, "now": NOW}


def mails(db, kind):
    return sorted(db.scalars(select(OutgoingMail.recipient).where(OutgoingMail.kind == kind)))


def test_an_accepted_swap_changes_both_shifts_and_tells_both_once(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    mine, theirs = rota.shift(ada), rota.shift(ben, 1)
    swap = swaps.offer(rota.db, mine, by=ada, against=theirs, **WITH)
    assert swaps.waiting(rota.db, ben, now=NOW) == [swap]
    assert mails(rota.db, "swap_offered") == [ben.email]
    swaps.accept(rota.db, swap, by=ben, **WITH)
    assert [(one.user_id, one.fixed, one.sequence) for one in (mine, theirs)] == [(ben.id, True, 1), (ada.id, True, 1)]
    assert mails(rota.db, "swap_accepted") == sorted([ada.email, ben.email])
    assert swaps.waiting(rota.db, ben, now=NOW) == []
    assert list(rota.db.scalars(select(AuditRow.action).order_by(AuditRow.id))) == [
        "offered",
        "accepted",
        "swapped",
        "swapped",
    ]
    with pytest.raises(Conflict, match="settled or withdrawn"):
        swaps.accept(rota.db, swap, by=ben, **WITH)


def test_what_is_offered_to_anybody_is_anybodys_of_the_team(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    shift = rota.shift(ada)
    rota.shift(cem, place=1)
    swap = swaps.offer(rota.db, shift, by=ada, **WITH)
    assert mails(rota.db, "swap_offered") == [ben.email]
    assert swaps.waiting(rota.db, ada, now=NOW) == []
    with pytest.raises(Forbidden):
        swaps.accept(rota.db, swap, by=make_user(rota.db, Role.EXPERT), **WITH)
    swaps.accept(rota.db, swap, by=ben, **WITH)
    assert shift.user_id == ben.id


def test_a_refusal_leaves_the_shift_and_tells_whoever_offered_it(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    shift = rota.shift(ada)
    swap = swaps.offer(rota.db, shift, by=ada, to=ben, **WITH)
    with pytest.raises(Forbidden):
        swaps.refuse(rota.db, swap, by=cem, **WITH)
    swaps.refuse(rota.db, swap, by=ben, **WITH)
    assert (swap.state, shift.user_id, mails(rota.db, "swap_refused")) == (SwapState.REFUSED, ada.id, [ada.email])
    swaps.offer(rota.db, shift, by=ada, to=cem, **WITH)


def test_only_whoever_offered_it_withdraws_it(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    swap = swaps.offer(rota.db, rota.shift(ada), by=ada, **WITH)
    with pytest.raises(Forbidden):
        swaps.withdraw(rota.db, swap, by=ben, now=NOW)
    swaps.withdraw(rota.db, swap, by=ada, now=NOW)
    assert swap.state is SwapState.WITHDRAWN


def test_a_shift_is_offered_once_at_a_time_and_by_its_owner_alone(rota_of):
    rota = rota_of()
    ada, ben, _ = rota.people
    shift = rota.shift(ada)
    swaps.offer(rota.db, shift, by=ada, **WITH)
    with pytest.raises(Conflict, match="offered already"):
        swaps.offer(rota.db, shift, by=ada, to=ben, **WITH)
    with pytest.raises(Forbidden, match="Only your own shifts"):
        swaps.offer(rota.db, shift, by=ben, **WITH)


def test_nobody_swaps_into_what_he_cannot_have(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    mine, same, theirs = rota.shift(ada), rota.shift(ben, place=1), rota.shift(ben, 1)
    with pytest.raises(Conflict, match="Ben is on duty elsewhere"):
        swaps.offer(rota.db, mine, by=ada, against=theirs, **WITH)
    swap = swaps.offer(rota.db, mine, by=ada, against=same, **WITH)
    rota.db.add(Absence(user_id=ada.id, first_day=MONDAY, first_half=AM, last_day=MONDAY, last_half=PM, created_at=NOW))
    rota.db.flush()
    with pytest.raises(Conflict, match="Ada is away then"):
        swaps.accept(rota.db, swap, by=ben, **WITH)
    assert cem.id not in {mine.user_id, same.user_id}


def test_an_offer_falls_with_the_shift_that_was_wanted_for_it(rota_of):
    rota = rota_of()
    ada, ben, cem = rota.people
    theirs = rota.shift(ben, 1)
    swap = swaps.offer(rota.db, rota.shift(ada), by=ada, against=theirs, **WITH)
    shifts.give(rota.db, theirs, cem, by=rota.editor, now=NOW)
    rota.db.refresh(swap)
    assert swap.state is SwapState.WITHDRAWN


def test_of_two_who_accept_at_once_one_gets_it(each_database, ports):
    with ports.database.transaction() as db:
        rota = Rota(db)
        ada, ben, cem = rota.people
        shift = rota.shift(ada)
        swap_id = swaps.offer(db, shift, by=ada, **WITH).id
    barrier, refused = Barrier(2), []

    def accept(user_id):
        barrier.wait()
        try:
            with ports.database.transaction() as db:
                swaps.accept(db, db.get_one(Swap, swap_id), by=db.get_one(User, user_id), **WITH)
        except (Conflict, Forbidden):
            refused.append(user_id)

    threads = [Thread(target=accept, args=(one.id,)) for one in (ben, cem)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ports.database.reading() as db:
        assert {db.get_one(Shift, shift.id).user_id, *refused} == {ben.id, cem.id}
        assert len(mails(db, "swap_accepted")) == 2
