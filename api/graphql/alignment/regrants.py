"""Regrants: how much of each award was paid from another, or paid on to another, so that a dollar counts once.

A sub-grant draws on its sources in proportion to what they have committed, and on none for more than that. Let x
be what award S pays to sub-grant C. Taken out of C, each dollar counts where it came in; taken out of S, where
it was delivered; either way the whole is the sum of all awards less the sum of all x. Links between awards of
two currencies cannot be netted, and a note says how many there are.
"""

from typing import Final

from api.graphql.alignment.asked import CountingLevel

__all__ = ["CROSSED", "FLOWS", "flows", "removed"]

FLOWS: Final = "regrant"
CROSSED: Final = "crossed"
_COMMITTED: Final = "('AVAILABLE', 'OBLIGATED', 'SPENT', 'FEE')"


def flows(partnership: str) -> str:
    """CTEs: `crossed` links that cannot be netted, and `regrant`(source, child, amount in minor units)."""
    return f"""link as (
  select l.investment_id as child, l.other_id as source, c.currency, c.currency <> s.currency as is_crossed
  from investment_link l
  join investment c on c.partnership_id = l.partnership_id and c.id = l.investment_id
  join investment s on s.partnership_id = l.partnership_id and s.id = l.other_id
  where l.partnership_id = {partnership} and l.kind = 'FUNDED_FROM'),
{CROSSED} as (select count(*) as links from link where is_crossed),
size as materialized (
  select e.id, e.currency, x.amount from (
    select child as id, currency from link where not is_crossed
    union select source, currency from link where not is_crossed) e
  cross join lateral (select coalesce(sum(a.credits_posted - a.debits_posted), 0) as amount from ledger.account a
    where a.partnership_id = {partnership} and a.investment_id = e.id and a.unit = e.currency
      and a.kind in {_COMMITTED} offset 0) x),
draft as (
  select l.child, l.source, s.amount as held, l.currency,
    c.amount * s.amount / sum(s.amount) over (partition by l.child) as amount
  from link l join size c on c.id = l.child join size s on s.id = l.source
  where not l.is_crossed and c.amount > 0 and s.amount > 0),
{FLOWS} as materialized (
  select d.source, d.child, d.currency,
    d.amount * least(1, d.held / sum(d.amount) over (partition by d.source)) as amount
  from draft d)"""  # noqa: S608 - our own words; the partnership is a parameter


def removed(level: CountingLevel) -> str:
    """The CTE `removed`(id, share): what part of an award is counted at others at this level."""
    side = "child" if level is CountingLevel.NET_INTO_PARTNERSHIP else "source"
    return f"""removed as materialized (
  select r.{side} as id, least(1, sum(r.amount) / min(s.amount)) as share
  from {FLOWS} r join size s on s.id = r.{side} group by 1)"""  # noqa: S608 - as above
