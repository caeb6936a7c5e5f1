"""The schema: every subject's types and plans, and the operations over a database."""

from functools import cache

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    Undefined,
)
from strawberry.printer import print_schema as printed
from strawberry.schema.config import StrawberryConfig

from api.graphql import exports, history, imports, organizations, partnerships
from api.graphql.anchor import agreements, gift_movements, in_kind, staffing
from api.graphql.anchor.anchor_changes import AnchorMutation
from api.graphql.anchor.gift_movement_changes import GiftMutation
from api.graphql.common import enums
from api.graphql.common.scalars import SCALARS
from api.graphql.door.limits import LIMITS, Limits
from api.graphql.door.meters import Meter
from api.graphql.door.operations import ContextFactory, Operations, core_schema
from api.graphql.door.sign_in import callers, operator
from api.graphql.import_changes import ImportMutation
from api.graphql.lookahead import Plans, look_ahead
from api.graphql.money import allocations, funders, investments, restrictions, transactions
from api.graphql.money.investment_changes import InvestmentMutation
from api.graphql.money.transaction_changes import TransactionMutation
from api.graphql.organization_changes import OrganizationMutation
from api.graphql.outcomes import baselines, indicators, measurements, places, submissions
from api.graphql.outcomes.outcome_changes import OutcomeMutation
from api.graphql.policy import advocacy, barriers, measures, plans
from api.graphql.policy.measure_changes import MeasureMutation
from api.graphql.policy.policy_changes import PolicyMutation
from api.graphql.practices import findings, practices, testimony
from api.graphql.practices.practice_changes import PracticeMutation
from api.graphql.queries import Query
from api.graphql.reallocation import scenarios
from api.graphql.reallocation.reallocation import Mutation as ReallocationMutation
from api.graphql.reallocation.reallocation import Subscription
from models.database import Database

__all__ = ["PLANS", "build", "build_for_operator", "print_schema", "schema"]

PLANS = Plans(
    *agreements.PLANS,
    *advocacy.PLANS,
    *allocations.PLANS,
    *baselines.PLANS,
    *barriers.PLANS,
    *exports.PLANS,
    *findings.PLANS,
    *funders.PLANS,
    *history.PLANS,
    *imports.PLANS,
    *in_kind.PLANS,
    *gift_movements.PLANS,
    *indicators.PLANS,
    *investments.PLANS,
    *measurements.PLANS,
    *measures.PLANS,
    *organizations.PLANS,
    *partnerships.PLANS,
    *places.PLANS,
    *plans.PLANS,
    *practices.PLANS,
    *restrictions.PLANS,
    *scenarios.PLANS,
    *staffing.PLANS,
    *testimony.PLANS,
    *submissions.PLANS,
    *transactions.PLANS,
)


@strawberry.type
class Mutation(
    ReallocationMutation,
    AnchorMutation,
    GiftMutation,
    OrganizationMutation,
    ImportMutation,
    exports.ExportMutation,
    InvestmentMutation,
    TransactionMutation,
    OutcomeMutation,
    PolicyMutation,
    MeasureMutation,
    PracticeMutation,
):
    """Each change is made whole or not at all, and once per idempotency key."""


@cache
def schema() -> strawberry.Schema:
    """Built once a process; raises PlanError where a type and its table do not fit."""
    built = strawberry.Schema(
        Query,
        Mutation,
        Subscription,
        config=StrawberryConfig(scalar_map=SCALARS),
        execution_context_class=look_ahead(PLANS),
        types=[enums.LockReason],
    )
    _drop_null_defaults(core_schema(built))
    PLANS.check(core_schema(built))
    return built


def _drop_null_defaults(built: GraphQLSchema) -> None:
    """An argument that may be left out is null then; saying so as a default would only be noise in the SDL."""
    for type_ in built.type_map.values():
        entries: list[GraphQLArgument | GraphQLInputField] = []
        if isinstance(type_, GraphQLInputObjectType):
            entries += type_.fields.values()
        elif isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            entries += [entry for field in type_.fields.values() for entry in field.args.values()]
        for entry in entries:
            if entry.default_value is None:
                entry.default_value = Undefined


def print_schema() -> str:
    """The SDL, in one order whatever the order of the modules."""
    return printed(schema()) + "\n"


def build(
    database: Database, *, contexts: ContextFactory | None = None, limits: Limits = LIMITS
) -> Operations:
    """The operations for those who come by a token, or without one; `contexts` may know other ways to sign in."""
    return Operations(schema(), contexts or callers(database), limits, Meter(limits))


def build_for_operator(database: Database, *, limits: Limits = LIMITS) -> Operations:
    """The operations for the operator on this machine, who may do all."""
    return Operations(schema(), operator(database), limits)
