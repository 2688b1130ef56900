"""The rota in the hands of those who are in it, and of those who plan it."""

from datetime import timedelta

import pytest
from flask import render_template
from icalendar import Calendar
from sqlalchemy import select

from helpcenter.models import Absence, RotaProposal, Shift, Swap, Team, TeamMember, User, Wish
from helpcenter.permissions import Role
from helpcenter.services import rota
from helpcenter.services.rota import calendars, shifts, swaps
from tests.factories import make_shift, make_team, make_topic, make_user
from tests.helpcenter.services.rota.conftest import AM, CALENDAR, MONDAY, NOW, PM


@pytest.fixture(autouse=True)
def _friday(clock):
    clock.now = NOW


class Cast:
    """Ada and Ben of one team, Zoe of another, and Edith, who plans; each with a browser."""

    def __init__(self, ports, sign_in):
        self.ports = ports
        with ports.database.transaction() as db:
            self.ada, self.ben, self.zoe = (make_user(db, Role.EXPERT, name=name) for name in ("Ada", "Ben", "Zoe"))
            self.edith = make_user(db, Role.EDITOR, name="Edith")
            self.team = make_team(db, self.ada, self.ben, name="Batteries")
            self.other = make_team(db, self.zoe, name="Motors")
        self.browser = {user.name: sign_in(user) for user in (self.ada, self.ben, self.zoe, self.edith)}

    def shift(self, user, day=0, half=AM, **values):
        at = CALENDAR.half(MONDAY + timedelta(days=day), half)
        given = {"day": at.day, "half": half, "starts_at": at.starts_at, "ends_at": at.ends_at, **values}
        with self.ports.database.transaction() as db:
            return make_shift(db, self.team, user, **given).public_id

    def holder(self, public_id):
        with self.ports.database.reading() as db:
            found = db.scalars(select(Shift).where(Shift.public_id == public_id)).one()
            return found.user.name if found.user else None

    def count(self, model):
        with self.ports.database.reading() as db:
            return len(db.scalars(select(model)).all())


@pytest.fixture
def cast(ports, sign_in):
    return Cast(ports, sign_in)


def test_an_expert_sees_the_rota_of_his_teams_and_a_planner_all(cast):
    cast.shift(cast.ada)
    page = cast.browser["Ben"].get(f"/workbench/rota?day={MONDAY}").text
    assert ("Ada" in page, "Batteries" in page, "Motors" in page, "Plan weeks ahead" in page) == (
        True,
        True,
        False,
        False,
    )
    page = cast.browser["Edith"].get(f"/workbench/rota?day={MONDAY}").text
    assert ("Ada" in page, "Motors" in page, "Plan weeks ahead" in page) == (True, True, True)
    assert cast.browser["Edith"].get("/workbench/rota?day=rubbish").status_code == 200


def test_who_is_in_no_team_reads_what_to_do(ports, sign_in):
    with ports.database.transaction() as db:
        expert, editor = make_user(db, Role.EXPERT), make_user(db, Role.EDITOR)
    assert "You are in no team yet" in sign_in(expert).get("/workbench/rota").text
    assert "Make a team" in sign_in(editor).get("/workbench/rota").text
    assert "Nobody is in a team yet" in sign_in(editor).get("/workbench/rota/fairness").text


def test_a_public_holiday_is_named(cast):
    assert "public holiday" in cast.browser["Ada"].get("/workbench/rota?day=2026-12-25").text


def test_the_month_shows_ones_shifts_and_how_many_are_open(cast):
    cast.shift(cast.ada, 1)
    cast.shift(None, 2)
    page = cast.browser["Ada"].get("/workbench/rota/month?month=2026-12").text
    assert (page.count("duty--mine"), "1 open" in page) == (1, True)


@pytest.mark.parametrize("path", ["plan", "teams"])
def test_an_expert_plans_nothing(cast, path):
    assert cast.browser["Ada"].get(f"/workbench/rota/{path}").status_code == 403
    assert cast.browser["Ada"].post(f"/workbench/rota/{path}", data={"name": "X", "needed": "1"}).status_code == 403


def test_a_customer_sees_nothing_of_it(ports, sign_in):
    with ports.database.transaction() as db:
        customer = make_user(db)
    assert sign_in(customer).get("/workbench/rota").status_code == 403


def test_a_team_is_made_with_people_and_topics(cast, ports):
    given = {"name": "Gears", "needed": "2", "members": [cast.ada.public_id], "topics": ["gears"]}
    with ports.database.transaction() as db:
        topic = make_topic(db, slug="gears")
    edith = cast.browser["Edith"]
    where = edith.post("/workbench/rota/teams", data={"name": "Gears", "needed": "2"}).location
    assert edith.post(where, data=given).status_code == 302
    with ports.database.reading() as db:
        team = db.scalars(select(Team).where(Team.name == "Gears")).one()
        assert ([user.name for user in team.members], [one.id for one in team.topics], team.needed) == (
            ["Ada"],
            [topic.id],
            2,
        )


@pytest.mark.parametrize(("needed", "words"), [("two", "a whole number"), ("0", "1 to 20"), ("", "a whole number")])
def test_what_was_typed_of_a_team_is_kept_with_what_is_wrong(cast, needed, words):
    answer = cast.browser["Edith"].post("/workbench/rota/teams", data={"name": "Gears", "needed": needed})
    assert (answer.status_code in {400, 422}, 'value="Gears"' in answer.text, words in answer.text) == (
        True,
        True,
        True,
    )


def test_a_team_is_archived_and_taken_back(cast):
    edith, address = cast.browser["Edith"], f"/workbench/rota/teams/{cast.team.public_id}/archive"
    edith.post(address)
    assert "Archived teams" in edith.get("/workbench/rota/teams").text
    edith.post(address, data={"action": "restore"})
    assert "Archived teams" not in edith.get("/workbench/rota/teams").text


def test_a_plan_is_made_looked_at_and_applied(cast, ports):
    edith = cast.browser["Edith"]
    assert 'value="2026-11-30"' in edith.get("/workbench/rota/plan").text
    where = edith.post(
        "/workbench/rota/plan", data={"first": "2026-11-30", "weeks": "1", "in_row": "4", "keep": "1"}
    ).location
    page = edith.get(where).text
    assert ("Let this plan count" in page, "Stays open" in page, cast.count(Shift)) == (True, False, 0)
    assert edith.post(where).status_code == 302
    assert (cast.count(Shift), "This plan counts since" in edith.get(where).text) == (20, True)
    assert edith.post(where).status_code == 409


def test_a_plan_of_one_team_leaves_the_others_alone(cast, ports):
    edith = cast.browser["Edith"]
    given = {"first": "2026-11-30", "weeks": "1", "in_row": "4", "teams": [cast.other.public_id]}
    edith.post(edith.post("/workbench/rota/plan", data=given).location)
    with ports.database.reading() as db:
        assert set(db.scalars(select(Shift.team_id))) == {cast.other.id}


def test_a_plan_says_what_stays_open_and_is_refused_when_things_have_changed(cast, ports):
    with ports.database.transaction() as db:
        db.add(
            Absence(user_id=cast.zoe.id, first_day=MONDAY, first_half=AM, last_day=MONDAY, last_half=AM, created_at=NOW)
        )
    edith = cast.browser["Edith"]
    where = edith.post("/workbench/rota/plan", data={"first": "2026-11-30", "weeks": "1", "in_row": "4"}).location
    assert "Of 1 in the team: away: 1." in edith.get(where).text
    with ports.database.transaction() as db:
        db.add(TeamMember(team_id=cast.team.id, user_id=cast.zoe.id))
    answer = edith.post(where)
    assert (answer.status_code, "have changed since this plan was made" in answer.text, cast.count(Shift)) == (
        409,
        True,
        0,
    )


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"first": "2026-11-27"}, "tomorrow at the earliest"),
        ({"first": "soon"}, "choose a day"),
        ({"weeks": "99"}, "1 to 26 weeks"),
        ({"weeks": "many"}, "a whole number"),
        ({"in_row": "0"}, "from 1 to 10"),
    ],
)
def test_a_plan_that_makes_no_sense_is_refused_and_keeps_what_was_typed(cast, changed, words):
    given = {"first": "2026-11-30", "weeks": "3", "in_row": "5", **changed}
    answer = cast.browser["Edith"].post("/workbench/rota/plan", data=given)
    assert (answer.status_code in {400, 422}, words in answer.text, cast.count(RotaProposal)) == (True, True, 0)
    assert all(f'value="{value}"' in answer.text for value in given.values())


def test_an_open_shift_is_taken_by_one_click_and_the_second_reads_why(cast):
    shift = cast.shift(None)
    assert "Take it" in cast.browser["Ben"].get(f"/workbench/rota?day={MONDAY}").text
    assert cast.browser["Ben"].post(f"/workbench/rota/shifts/{shift}/take").status_code == 302
    answer = cast.browser["Ada"].post(f"/workbench/rota/shifts/{shift}/take")
    assert (answer.status_code, "Somebody else was faster" in answer.text, cast.holder(shift)) == (409, True, "Ben")


def test_a_strangers_shift_is_not_seen(cast):
    shift = cast.shift(None)
    assert cast.browser["Zoe"].get(f"/workbench/rota/shifts/{shift}").status_code == 403
    assert cast.browser["Zoe"].post(f"/workbench/rota/shifts/{shift}/take").status_code == 403


def test_an_absence_opens_shifts_and_shows_them(cast):
    shift = cast.shift(cast.ada)
    given = {
        "first_day": "2026-11-30",
        "first_half": "morning",
        "last_day": "2026-11-30",
        "last_half": "afternoon",
        "note": "flu",
    }
    where = cast.browser["Ada"].post("/workbench/rota/absences", data=given).location
    assert "are open now" in cast.browser["Ada"].get(where).text
    assert cast.holder(shift) is None
    mine, planners = (
        cast.browser["Ada"].get("/workbench/rota/mine").text,
        f"/workbench/rota/mine?person={cast.ada.public_id}",
    )
    assert ("flu" in mine, "flu" in cast.browser["Edith"].get(planners).text) == (True, True)
    assert cast.browser["Ben"].get(planners).status_code == 403


def test_a_planner_enters_what_somebody_said_by_phone(cast):
    shift = cast.shift(cast.ada)
    given = {"first_day": "2026-11-30", "last_day": "2026-12-04", "person": cast.ada.public_id}
    assert cast.browser["Ben"].post("/workbench/rota/absences", data=given).status_code == 403
    assert cast.browser["Edith"].post("/workbench/rota/absences", data=given).status_code == 302
    assert cast.holder(shift) is None


def test_only_oneself_or_a_planner_ends_an_absence(cast, ports):
    with ports.database.transaction() as db:
        db.add(
            Absence(
                user_id=cast.ada.id,
                first_day=MONDAY,
                first_half=AM,
                last_day=MONDAY,
                last_half=AM,
                created_at=NOW,
                public_id="away",
            )
        )
    assert cast.browser["Ben"].post("/workbench/rota/absences/away/withdraw").status_code == 403
    assert cast.browser["Ada"].post("/workbench/rota/absences/away/withdraw").status_code == 302
    assert cast.count(Absence) == 0


def test_an_absence_that_ends_before_it_begins_keeps_what_was_typed(cast):
    given = {"first_day": "2026-12-02", "last_day": "2026-12-01", "note": "a note"}
    answer = cast.browser["Ada"].post("/workbench/rota/absences", data=given)
    assert (answer.status_code, "before the beginning" in answer.text, 'value="a note"' in answer.text) == (
        400,
        True,
        True,
    )


def test_wishes_are_kept_for_the_week_and_for_a_day(cast, ports):
    ada = cast.browser["Ada"]
    ada.post(
        "/workbench/rota/wishes", data={"MO-morning": "impossible", "FR-afternoon": "avoid", "TU-morning": "rubbish"}
    )
    ada.post(
        "/workbench/rota/wishes/single", data={"wish_day": "2026-12-24", "wish_half": "afternoon", "kind": "avoid"}
    )
    with ports.database.reading() as db:
        found = {(wish.slot, wish.half.value, wish.kind.value) for wish in db.scalars(select(Wish))}
    assert found == {
        ("MO", "morning", "impossible"),
        ("FR", "afternoon", "avoid"),
        ("2026-12-24", "afternoon", "avoid"),
    }
    assert "24" in ada.get("/workbench/rota/mine").text
    ada.post("/workbench/rota/wishes/single", data={"wish_day": "2026-12-24", "wish_half": "afternoon"})
    assert cast.count(Wish) == 2
    assert ada.post("/workbench/rota/wishes/single", data={"wish_day": "", "kind": "avoid"}).status_code == 422


def test_a_swap_is_offered_seen_and_accepted(cast):
    own, theirs = cast.shift(cast.ada), cast.shift(cast.ben, 1, PM)
    assert "Offer it to colleagues" in cast.browser["Ada"].get(f"/workbench/rota/shifts/{own}").text
    cast.browser["Ada"].post(f"/workbench/rota/shifts/{own}/offer", data={"against": theirs})
    page = cast.browser["Ben"].get("/workbench/rota/swaps").text
    assert "Ada offers" in page
    with cast.ports.database.reading() as db:
        swap = db.scalars(select(Swap)).one().public_id
    assert cast.browser["Zoe"].post(f"/workbench/rota/swaps/{swap}", data={"action": "accept"}).status_code == 403
    assert cast.browser["Ben"].post(f"/workbench/rota/swaps/{swap}", data={"action": "accept"}).status_code == 302
    assert (cast.holder(own), cast.holder(theirs)) == ("Ben", "Ada")
    answer = cast.browser["Ben"].post(f"/workbench/rota/swaps/{swap}", data={"action": "accept"})
    assert (answer.status_code, "settled or withdrawn" in answer.text) == (409, True)


def test_an_offer_is_refused_or_taken_back(cast):
    own = cast.shift(cast.ada)
    with cast.ports.database.transaction() as db:
        found = db.scalars(select(Shift)).one()
        swap = swaps.offer(
            db, found, by=db.get_one(User, cast.ada.id), to=db.get_one(User, cast.ben.id), calendar=CALENDAR, now=NOW
        )
        public_id = swap.public_id
    cast.browser["Ben"].post(f"/workbench/rota/swaps/{public_id}", data={"action": "refuse"})
    cast.browser["Ada"].post(f"/workbench/rota/shifts/{own}/offer", data={"to": cast.ben.public_id})
    assert "You have offered this shift to Ben" in cast.browser["Ada"].get(f"/workbench/rota/shifts/{own}").text
    assert cast.count(Swap) == 2


def test_a_planner_sets_opens_and_loosens(cast, ports):
    shift, edith = cast.shift(cast.ada), cast.browser["Edith"]
    address = f"/workbench/rota/shifts/{shift}/give"
    assert "Set here: Ben" in edith.get(f"/workbench/rota/shifts/{shift}").text
    assert cast.browser["Ada"].post(address, data={"person": cast.ben.public_id}).status_code == 403
    edith.post(address, data={"person": cast.ben.public_id})
    assert cast.holder(shift) == "Ben"
    edith.post(address, data={"action": "loosen"})
    with ports.database.reading() as db:
        assert db.scalars(select(Shift.fixed)).one() is False
    edith.post(address, data={"action": "open"})
    assert cast.holder(shift) is None


def test_fairness_is_shown_to_experts_for_their_teams(cast):
    cast.shift(cast.ada)
    page = cast.browser["Ben"].get("/workbench/rota/fairness").text
    assert ("Ada" in page, "Zoe" in page) == (True, False)
    assert "Zoe" in cast.browser["Edith"].get("/workbench/rota/fairness").text


def address_of(cast, of):
    with cast.ports.database.reading() as db:
        return calendars.address(db, of, settings=cast.ports.settings).removeprefix(cast.ports.settings.site_url)


def events(client, address):
    answer = client.get(address)
    assert answer.content_type == "text/calendar; charset=utf-8"
    return {str(one["UID"]): one for one in Calendar.from_ical(answer.data).walk("VEVENT")}


def test_a_persons_calendar_holds_his_shifts_whose_number_counts_their_changes(cast, client):
    own, open_ = cast.shift(cast.ada), cast.shift(None, 1)
    address = address_of(cast, cast.ada)
    [(uid, event)] = events(client, address).items()
    assert (uid, event["SEQUENCE"], str(event["SUMMARY"])) == (f"shift-{own}@127.0.0.1", 0, "On duty: Batteries")
    assert event.decoded("DTSTART") == CALENDAR.half(MONDAY, AM).starts_at
    cast.browser["Ada"].post(f"/workbench/rota/shifts/{open_}/take")
    assert {uid: one["SEQUENCE"] for uid, one in events(client, address).items()} == {
        f"shift-{own}@127.0.0.1": 0, f"shift-{open_}@127.0.0.1": 1,
    }  # fmt: skip


def test_a_teams_calendar_names_its_people_and_what_is_open(cast, client):
    cast.shift(cast.ada)
    cast.shift(None, 1)
    found = {str(one["SUMMARY"]): str(one["STATUS"]) for one in events(client, address_of(cast, cast.team)).values()}
    assert found == {"Ada: Batteries": "CONFIRMED", "Open: Batteries": "TENTATIVE"}


def test_a_renewed_calendar_is_at_another_address(cast, client):
    old = address_of(cast, cast.ada)
    assert cast.browser["Ben"].post(f"/workbench/rota/calendars/people/{cast.ada.public_id}/renew").status_code == 403
    assert cast.browser["Ada"].post(f"/workbench/rota/calendars/teams/{cast.team.public_id}/renew").status_code == 403
    cast.browser["Ada"].post(f"/workbench/rota/calendars/people/{cast.ada.public_id}/renew")
    assert (client.get(old).status_code, client.get(address_of(cast, cast.ada)).status_code) == (404, 200)
    assert client.get(address_of(cast, cast.ada).replace(cast.ada.public_id, cast.ben.public_id)).status_code == 404
    cast.browser["Edith"].post(f"/workbench/rota/calendars/teams/{cast.team.public_id}/renew")
    with cast.ports.database.transaction() as db:
        db.get_one(User, cast.ada.id).disabled_at = NOW
    assert client.get(address_of(cast, cast.ada)).status_code == 404


@pytest.mark.parametrize("page", ["/ask?topic=gears", "/topics/gears", "/duty?topic=gears"])
def test_the_site_says_who_is_on_duty_and_is_right_again_at_once(cast, client, ports, clock, page):
    with ports.database.transaction() as db:
        team = db.get_one(Team, cast.team.id)
        team.topics.append(make_topic(db, slug="gears", titles={"en": "Gears"}))
    shift = cast.shift(cast.ada)
    assert "on duty again from Monday, 8:00" in client.get(page).text
    clock.now = CALENDAR.half(MONDAY, AM).starts_at
    assert "One of our experts is on duty until 12:00" in client.get(page).text
    assert "Ada" not in client.get(page).text
    with ports.database.transaction() as db:
        shifts.release(db, shifts.find(db, shift), by=cast.edith, calendar=CALENDAR, now=clock.now)
    assert "on duty" not in client.get(page).text
    with ports.database.transaction() as db:
        shifts.take(db, shifts.find(db, shift), db.get_one(User, cast.ben.id), now=clock.now)
    assert "One of our experts is on duty until 12:00" in client.get(page).text
    clock.now = CALENDAR.half(MONDAY, AM).ends_at
    assert "on duty" not in client.get(page).text


def test_a_name_stands_there_only_where_it_may(cast, client, clock):
    cast.shift(cast.ada)
    clock.now = CALENDAR.half(MONDAY, AM).starts_at
    with cast.ports.database.transaction() as db:
        db.get_one(User, cast.ada.id).public_name = "Dr. Ada"
    assert "Dr. Ada is on duty until 12:00" in client.get("/duty").text


def test_the_start_page_can_show_todays_duty(cast, app, clock):
    cast.shift(cast.ada)
    cast.shift(None, 1)
    clock.now = CALENDAR.half(MONDAY, AM).starts_at
    with app.test_request_context("/workbench"), cast.ports.database.reading() as db:
        app.preprocess_request()
        page = render_template("workbench/_today_duty.html", today=rota.today(db, cast.ada, clock.now))
    assert ("Today, morning" in page, "Take it" in page) == (True, True)
