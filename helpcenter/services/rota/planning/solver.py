"""The rota as a mixed integer programme for HiGHS: what must hold, and what a plan costs that does not keep the rest."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from math import inf
from typing import TYPE_CHECKING, Final

from helpcenter.services.rota.planning.data import Key, Person, Rules, Slot, is_unpopular
from helpcenter.services.rota.planning.shares import due_shares
from helpcenter.worktime import HalfDay

if TYPE_CHECKING:
    import highspy

OPEN: Final = 500.0
"""What each open place costs; more than everything that one duty could ever cost, so that none is left open for comfort."""
FAR: Final = 30.0
OFF: Final = 4.0
FAR_OFF: Final = 12.0
"""Distance from one's share, in half days: of whoever is farthest, of each up to 1, of each beyond."""
UNPOPULAR_OFF: Final = 2.0
UNPOPULAR_FAR_OFF: Final = 6.0
MOVED: Final = 6.0
"""A half day that is taken from whom the present plan has there."""
AVOIDED: Final = 5.0
PREFERRED: Final = -2.0
ROW: Final = 8.0
"""Each half day more than `in_row` one after the other."""
CROWDED: Final = 2.0
"""Each half day of a week over what an even spread would bring."""
GAP: Final = 3.0
"""A plan that costs at most so much more than the best is good enough: less than moving one half day for nothing."""

Cell = tuple[int, int]
"""Positions of a person and of a slot."""


class Model:
    """Columns and rows, gathered and handed over at once: that is a hundred times as fast as one by one."""

    def __init__(self) -> None:
        self.costs: list[float] = []
        self.uppers: list[float] = []
        self.whole: list[bool] = []
        self.lows: list[float] = []
        self.highs: list[float] = []
        self.starts: list[int] = [0]
        self.columns: list[int] = []
        self.values: list[float] = []

    def column(self, cost: float, *, upper: float = inf, whole: bool = False) -> int:
        """A new variable from 0 to `upper`; its number."""
        self.costs.append(cost)
        self.uppers.append(upper)
        self.whole.append(whole)
        return len(self.costs) - 1

    def row(self, parts: Sequence[tuple[int, float]], low: float, high: float) -> None:
        """The weighted sum of these variables lies between the two."""
        self.columns += [column for column, _ in parts]
        self.values += [value for _, value in parts]
        self.starts.append(len(self.columns))
        self.lows.append(low)
        self.highs.append(high)

    def solve(self, *, seconds: float) -> tuple[list[float], bool]:
        """The variables' values and whether they are the best; on one thread with a fixed seed, so that it is the same each time.

        Raises RuntimeError where the solver found nothing, which the open places make impossible but for a bug.
        """
        import highspy  # with numpy a tenth of a second, which only who makes a plan need spend

        solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its __init__ has no annotations
        solver.setOptionValue("output_flag", False)
        options = {"threads": 1, "random_seed": 1, "time_limit": float(seconds), "mip_rel_gap": 0.0, "mip_abs_gap": GAP}
        for name, value in options.items():
            solver.setOptionValue(name, value)
        solver.passModel(self._made())
        solver.run()
        solution = solver.getSolution()
        if not solution.value_valid:
            raise RuntimeError(f"the solver ended without a plan: {solver.getModelStatus()}")
        return list(solution.col_value), solver.getModelStatus() == highspy.HighsModelStatus.kOptimal

    def _made(self) -> "highspy.HighsLp":
        import highspy
        import numpy as np

        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = len(self.costs), len(self.lows)
        model.col_cost_ = np.array(self.costs)
        model.col_lower_, model.col_upper_ = np.zeros(len(self.costs)), np.array(self.uppers)
        model.row_lower_, model.row_upper_ = np.array(self.lows), np.array(self.highs)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.array(self.starts)
        model.a_matrix_.index_, model.a_matrix_.value_ = np.array(self.columns), np.array(self.values)
        kinds = highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger
        model.integrality_ = [kinds[whole] for whole in self.whole]
        return model


def choose(slots: Sequence[Slot], people: Sequence[Person], rules: Rules) -> tuple[dict[int, list[int]], bool]:
    """The ids of those who get each slot beside its fixed people, by its position, and whether no plan is better."""
    model = Model()
    set_there = {(person, slot.key) for slot in slots for person in slot.fixed}
    cells = _cells(model, slots, people, set_there, rules)
    _fill(model, slots, cells)
    _once(model, slots, cells)
    for unpopular in (False, True):
        _share_out(model, slots, people, cells, unpopular=unpopular)
    _rest(model, slots, people, cells, set_there, rules)
    _spread(model, slots, people, cells)
    if not cells:
        return {}, True
    values, proven = model.solve(seconds=rules.seconds)
    chosen: dict[int, list[int]] = defaultdict(list)
    for (person, slot), column in cells.items():
        if values[column] > 0.5:  # noqa: PLR2004 -- it is 0 or 1, but for the last bit
            chosen[slot].append(people[person].id)
    return dict(chosen), proven


def _cells(
    model: Model, slots: Sequence[Slot], people: Sequence[Person], set_there: set[tuple[int, Key]], rules: Rules
) -> dict[Cell, int]:
    """A variable for each person in each half day in which he might be on duty."""
    cells: dict[Cell, int] = {}
    for position, slot in enumerate(slots):
        kept = slot.kept if rules.keep else ()
        for number, person in enumerate(people):
            if slot.team in person.teams and person.can(slot.key) and (person.id, slot.key) not in set_there:
                cost = AVOIDED * (slot.key in person.avoids) + PREFERRED * (slot.key in person.prefers)
                cost -= MOVED * (person.id in kept)
                cells[number, position] = model.column(cost, upper=1.0, whole=True)
    return cells


def _fill(model: Model, slots: Sequence[Slot], cells: dict[Cell, int]) -> None:
    """As many as are needed, or an open place for each that is missing."""
    at = _by(cells, 1)
    for position, slot in enumerate(slots):
        missing = max(0, slot.needed - len(slot.fixed))
        columns = at.get(position, [])
        if missing == 0:
            for column in columns:
                model.uppers[column] = 0.0
        elif columns:
            empty = model.column(OPEN, upper=float(missing))
            model.row([(empty, 1.0), *((column, 1.0) for column in columns)], missing, missing)


def _once(model: Model, slots: Sequence[Slot], cells: dict[Cell, int]) -> None:
    """Nobody is in two teams at once."""
    at: dict[tuple[int, Key], list[int]] = defaultdict(list)
    for (person, position), column in cells.items():
        at[person, slots[position].key].append(column)
    for columns in at.values():
        if len(columns) > 1:
            model.row([(column, 1.0) for column in columns], 0, 1)


def _share_out(
    model: Model, slots: Sequence[Slot], people: Sequence[Person], cells: dict[Cell, int], *, unpopular: bool
) -> None:
    """What is got, and what is short, less what is over, is what is due; to be far off costs more than to be off."""
    due = due_shares(slots, people, unpopular=unpopular)
    counts = [not unpopular or is_unpopular(slot.key) for slot in slots]
    near, far = (UNPOPULAR_OFF, UNPOPULAR_FAR_OFF) if unpopular else (OFF, FAR_OFF)
    farthest = None if unpopular else model.column(FAR)
    for number, person in enumerate(people):
        worked = sum((person.worked_unpopular if unpopular else person.worked).values())
        set_ = sum(person.id in slot.fixed for slot, one in zip(slots, counts, strict=True) if one)
        mine = [(column, 1.0) for (who, at), column in cells.items() if who == number and counts[at]]
        sides = [(model.column(near, upper=1.0), model.column(far)) for _ in range(2)]
        under, over = sides
        rest = due[person.id] - worked - set_
        model.row([*mine, *((one, 1.0) for one in under), *((one, -1.0) for one in over)], rest, rest)
        if farthest is not None:
            for side in sides:
                model.row([(farthest, 1.0), *((one, -1.0) for one in side)], 0, inf)


def _rest(
    model: Model, slots: Sequence[Slot], people: Sequence[Person], cells: dict[Cell, int],
    set_there: set[tuple[int, Key]], rules: Rules,
) -> None:  # fmt: skip
    """Not more than `in_row` half days one after the other; what is given already counts."""
    at: dict[tuple[int, Key], list[int]] = defaultdict(list)
    for (who, position), column in cells.items():
        at[who, slots[position].key].append(column)
    for run in runs([slot.at for slot in slots], rules.in_row + 1):
        for number, person in enumerate(people):
            columns = [column for key in run for column in at.get((number, key), ())]
            had = sum(key in person.busy or (person.id, key) in set_there for key in run)
            if columns and len(columns) + had > rules.in_row:
                more = model.column(ROW)
                parts = [(more, -1.0), *((column, 1.0) for column in columns)]
                model.row(parts, -inf, max(0, rules.in_row - had))


def runs(halves: Sequence[HalfDay], length: int) -> Iterator[list[Key]]:
    """Every `length` half days that follow each other without a free day between them."""
    every = sorted({one.starts_at: one for one in halves}.values())
    run: list[HalfDay] = []
    for one in every:
        if run and (one.day - run[-1].day).days > 1:
            run = []
        run.append(one)
        if len(run) >= length:
            yield [(half.day, half.half) for half in run[-length:]]


def _spread(model: Model, slots: Sequence[Slot], people: Sequence[Person], cells: dict[Cell, int]) -> None:
    """No week much fuller than another for the same person."""
    due = due_shares(slots, people)
    weeks = [slot.at.day.isocalendar()[:2] for slot in slots]
    count = max(1, len(set(weeks)))
    mine: dict[tuple[int, tuple[int, int]], list[int]] = defaultdict(list)
    for (who, position), column in cells.items():
        mine[who, weeks[position]].append(column)
    for (number, _), columns in mine.items():
        person = people[number]
        even = max(0.0, due[person.id] - sum(person.worked.values())) / count
        enough = int(even) + 1
        if len(columns) > enough:
            more = model.column(CROWDED)
            model.row([(more, -1.0), *((column, 1.0) for column in columns)], -inf, enough)


def _by(cells: dict[Cell, int], part: int) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for cell, column in cells.items():
        found[cell[part]].append(column)
    return found
