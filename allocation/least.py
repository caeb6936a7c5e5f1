"""The least new money that brings a target within reach: changes when a target is told in other words."""

from typing import Any

from allocation.ask import Ask
from allocation.optimizer import least_money
from allocation.optimizer.words import money, students
from allocation.question import Question


def least_document(
    question: Question, ask: Ask
) -> dict[str, Any]:  # JSON of ours; docs/domain.md describes it
    """`least_money` with its amount in minor units (None: no amount is enough) and a sentence; empty where unasked."""
    if ask.target_share is None and ask.target_students is None:
        return {}
    amount = least_money(question.problem, worst_off_share=ask.target_share, students=ask.target_students)
    aims = []
    if ask.target_share is not None:
        aims.append(f"every group persistently behind closes {ask.target_share * 100:g} percent of its gap")
    if ask.target_students is not None:
        aims.append(f"{students(ask.target_students)} reach the outcomes")
    aim = " and ".join(aims)
    if amount is None:
        sentence = f"No amount of new money is enough that {aim}: a rule, or a lack of places or evidence, forbids it."
    else:
        sentence = f"It takes at least {money(amount, question.problem.currency)} of new money that {aim}."
    return {"least_money": {"amount": amount, "sentence": sentence}}
