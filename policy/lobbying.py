"""Lobbying by a public charity: what counts as such, how much of it is allowed in a year, and what is left.

Sources: 26 USC 501(h) and 4911; 26 CFR 56.4911-2 (what lobbying is), -5 (members), -3 (what an expenditure is).
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

__all__ = [
    "Audience",
    "Body",
    "ClassificationError",
    "Classified",
    "Exemption",
    "Expense",
    "Facts",
    "RuleSet",
    "Standing",
    "classify",
    "reason_for",
    "rules_on",
    "standing",
]

RULES: Final = Path(__file__).parent / "rules" / "lobbying-us-501h.toml"
DIRECT, GRASSROOTS, NOT_LOBBYING = "DIRECT", "GRASSROOTS", "NOT_LOBBYING"


class Body(StrEnum):
    """Who decides. Only a legislature's or the voters' act is legislation (26 CFR 56.4911-2(d))."""

    LEGISLATURE = "LEGISLATURE"
    VOTERS = "VOTERS"
    ADMINISTRATION = "ADMINISTRATION"
    ORGANIZATION = "ORGANIZATION"


class Audience(StrEnum):
    """To whom an action speaks."""

    LEGISLATORS = "LEGISLATORS"
    OFFICIALS = "OFFICIALS"
    PUBLIC = "PUBLIC"
    MEMBERS = "MEMBERS"
    INTERNAL = "INTERNAL"


class Exemption(StrEnum):
    """What is not lobbying although it speaks of legislation (26 CFR 56.4911-2(c))."""

    NONPARTISAN_ANALYSIS = "NONPARTISAN_ANALYSIS"
    BROAD_PROBLEMS = "BROAD_PROBLEMS"
    TECHNICAL_ADVICE = "TECHNICAL_ADVICE"
    SELF_DEFENSE = "SELF_DEFENSE"


@dataclass(frozen=True)
class Facts:
    """What the rules ask of an action."""

    body: Body
    audience: Audience
    names_legislation: bool
    takes_position: bool
    calls_to_action: bool = False
    exemption: Exemption | None = None


@dataclass(frozen=True)
class Classified:
    """DIRECT, GRASSROOTS or NOT_LOBBYING, with the rule that says so."""

    classification: str
    reason: str


EXEMPT: Final = {
    Exemption.NONPARTISAN_ANALYSIS: "Nonpartisan analysis, study or research is not lobbying (56.4911-2(c)(1)).",
    Exemption.BROAD_PROBLEMS: "Talk of broad social or economic problems is not lobbying (56.4911-2(c)(2)).",
    Exemption.TECHNICAL_ADVICE: "Advice on a legislature's written request is not lobbying (56.4911-2(c)(3)).",
    Exemption.SELF_DEFENSE: "Speaking for one's own existence or powers is not lobbying (56.4911-2(c)(4)).",
}


def classify(facts: Facts) -> Classified:
    """The first rule that holds. Source: 26 CFR 56.4911-2(b) to (d), 56.4911-5(b) to (e)."""
    if facts.body in (Body.ADMINISTRATION, Body.ORGANIZATION):
        whose = "an administrative body's" if facts.body is Body.ADMINISTRATION else "an organization's own"
        return Classified(NOT_LOBBYING, f"A decision of {whose} is not legislation (56.4911-2(d)).")
    if facts.audience is Audience.INTERNAL:
        return Classified(NOT_LOBBYING, "It was said to nobody outside the organization (56.4911-2(b)).")
    if not facts.names_legislation:
        return Classified(NOT_LOBBYING, "It refers to no specific legislation (56.4911-2(b)).")
    if not facts.takes_position:
        return Classified(NOT_LOBBYING, "It reflects no view on the legislation (56.4911-2(b)).")
    if facts.exemption is not None and _is_open_to(facts, facts.exemption):
        return Classified(NOT_LOBBYING, EXEMPT[facts.exemption])
    return _of_audience(facts)


def _is_open_to(facts: Facts, exemption: Exemption) -> bool:
    """A direct call to action takes the exemption from an analysis; advice goes to those who asked for it."""
    if exemption is Exemption.NONPARTISAN_ANALYSIS:
        return not facts.calls_to_action
    if exemption in (Exemption.TECHNICAL_ADVICE, Exemption.SELF_DEFENSE):
        return facts.audience in (Audience.LEGISLATORS, Audience.OFFICIALS)
    return True


def _of_audience(facts: Facts) -> Classified:
    if facts.audience in (Audience.LEGISLATORS, Audience.OFFICIALS):
        who = (
            "a legislator" if facts.audience is Audience.LEGISLATORS else "an official who shapes legislation"
        )
        return Classified(DIRECT, f"It tells {who} a view on specific legislation (56.4911-2(b)(1)).")
    if facts.body is Body.VOTERS:
        return Classified(
            DIRECT, "On a ballot measure the voters are the legislature (56.4911-2(b)(1)(iii))."
        )
    if not facts.calls_to_action:
        return Classified(NOT_LOBBYING, "It asks nobody to act on the legislation (56.4911-2(b)(2)(ii)).")
    if facts.audience is Audience.MEMBERS:
        return Classified(DIRECT, "It asks members to speak to legislators (56.4911-5(c)).")
    return Classified(GRASSROOTS, "It asks the public to act on specific legislation (56.4911-2(b)(2)).")


AS_STATED: Final = "As stated by whoever recorded it; what the rules ask of an action was not given."


class ClassificationError(ValueError):
    """An action is called something milder than the rules make of it."""


def reason_for(stated: str, facts: Facts | None) -> str:
    """The rule behind a stated classification; a stricter one than the rules give is kept, and that is said.

    Errors: ClassificationError where the rules give another kind of lobbying, or lobbying at all.
    """
    if facts is None:
        return AS_STATED
    found = classify(facts)
    if found.classification == stated:
        return found.reason
    if found.classification == NOT_LOBBYING:
        return f"Counted as lobbying by whoever recorded it, although: {found.reason}"
    raise ClassificationError(f"By these facts it is {found.classification}: {found.reason}")


@dataclass(frozen=True)
class RuleSet:
    """Limits that hold from a day on; amounts in minor units, `steps` as (over, share) in ascending order."""

    name: str
    valid_from: date
    source: str
    cap: int
    grassroots_share: Decimal
    steps: tuple[tuple[int, Decimal], ...]
    warn_at_percent: tuple[int, ...]

    def limit(self, exempt_purpose: int) -> int:
        """The lobbying nontaxable amount for a year's exempt-purpose spending, both in minor units (4911(c)(2))."""
        ends = [over for over, _ in self.steps[1:]] + [max(exempt_purpose, self.steps[-1][0])]
        parts = (
            share * max(min(exempt_purpose, end) - over, 0)
            for (over, share), end in zip(self.steps, ends, strict=True)
        )
        return min(_floored(sum(parts, Decimal(0))), self.cap)

    def grassroots_limit(self, exempt_purpose: int) -> int:
        """The part of the limit that may be grass-roots lobbying (4911(c)(4))."""
        return _floored(self.grassroots_share * self.limit(exempt_purpose))


def _floored(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_FLOOR))


def rules_on(day: date) -> RuleSet | None:
    """The rule set in force on a day; None before the first."""
    return next((each for each in reversed(_rule_sets()) if each.valid_from <= day), None)


@cache
def _rule_sets() -> tuple[RuleSet, ...]:
    written = tomllib.loads(RULES.read_text("utf-8"))["set"]
    found = (
        RuleSet(
            name=each["name"],
            valid_from=each["valid_from"],
            source=each["source"],
            cap=each["cap"] * 100,
            grassroots_share=Decimal(each["grassroots_share"]),
            steps=tuple((step["over"] * 100, Decimal(step["share"])) for step in each["steps"]),
            warn_at_percent=tuple(each["warn_at_percent"]),
        )
        for each in written
    )
    return tuple(sorted(found, key=lambda each: each.valid_from))


@dataclass(frozen=True)
class Expense:
    """One action: dollars spent on it, and the hours that somebody was paid for, whose pay is not in them."""

    classification: str
    cost: int | None
    hours: Decimal | None = None
    is_paid: bool = True


@dataclass(frozen=True)
class Standing:
    """A year's lobbying against its limits, in minor units; limits are None where the spending is not recorded.

    What remains is below zero where a limit is exceeded. Unpaid hours count for nothing: an expenditure is what
    is paid (26 CFR 56.4911-3(a)). `unpriced_count` are lobbying actions with paid hours and no cost.
    """

    spent: int
    grassroots_spent: int
    limit: int | None
    grassroots_limit: int | None
    warnings: tuple[str, ...]
    unpriced_count: int

    @property
    def remaining(self) -> int | None:
        """What may still be spent on lobbying."""
        return None if self.limit is None else self.limit - self.spent

    @property
    def grassroots_remaining(self) -> int | None:
        """What of it may be grass-roots lobbying: never more than remains of the whole."""
        if self.grassroots_limit is None or self.remaining is None:
            return None
        return min(self.grassroots_limit - self.grassroots_spent, self.remaining)


def standing(expenses: Iterable[Expense], exempt_purpose: int | None, rules: RuleSet | None) -> Standing:
    """Where a fiscal year stands."""
    lobbying = [each for each in expenses if each.classification != NOT_LOBBYING]
    spent = sum(each.cost or 0 for each in lobbying)
    grassroots = sum(each.cost or 0 for each in lobbying if each.classification == GRASSROOTS)
    limit = grassroots_limit = None
    warnings: list[str] = []
    if exempt_purpose is not None and rules is not None:
        limit, grassroots_limit = rules.limit(exempt_purpose), rules.grassroots_limit(exempt_purpose)
        warnings += _warnings("lobbying", spent, limit, rules.warn_at_percent)
        warnings += _warnings("grass-roots lobbying", grassroots, grassroots_limit, rules.warn_at_percent)
    unpriced = sum(1 for each in lobbying if each.is_paid and each.hours and not each.cost)
    return Standing(spent, grassroots, limit, grassroots_limit, tuple(warnings), unpriced)


def _warnings(what: str, spent: int, limit: int, percents: Sequence[int]) -> list[str]:
    """The gravest one: the limit exceeded, or the highest mark that is reached."""
    if spent > limit:
        return [f"The limit for {what} is exceeded: 25 percent of the excess is due as tax (26 USC 4911(a))."]
    reached = [mark for mark in percents if spent * 100 >= limit * mark and spent > 0]
    return [f"{max(reached)} percent of the limit for {what} is reached."] if reached else []
