"""The data manager's changes: what is aimed at, how it is judged, and the figures themselves."""

import strawberry
from strawberry.types import Info

from api.graphql.anchor.anchor_changes import PartnershipPayload
from api.graphql.common.checks import Checks
from api.graphql.common.context import Context
from api.graphql.common.ids import GlobalId
from api.graphql.outcomes import aim_changes as aims
from api.graphql.outcomes import aim_inputs as given
from api.graphql.outcomes import figure_changes as figures
from api.graphql.outcomes import figure_inputs as sent
from api.graphql.outcomes import rule_changes as rules
from api.graphql.outcomes.outcome_payloads import (
    AreaPayload,
    AskedChange,
    IndicatorPayload,
    MeasurementsPayload,
    OutcomePayload,
    PopulationGroupPayload,
    SubmissionPayload,
    measured,
    object_of,
    shown,
)
from models.measurements import Measurement
from models.outcomes import Indicator
from models.submissions import Submission

__all__ = ["OutcomeMutation"]

Asked = Info[Context, None]


@strawberry.type
class OutcomeMutation:
    """What the data manager records."""

    @strawberry.mutation
    async def record_outcome(
        self,
        info: Asked,
        input: given.RecordOutcomeInput,  # noqa: A002 - the contract's name
    ) -> OutcomePayload:
        """An outcome that the partnership holds itself accountable for."""

        async def work(checks: Checks) -> GlobalId:
            return await aims.record_outcome(checks, input)

        made = await AskedChange(info.context, "recordOutcome", input).in_partnership(work)
        return OutcomePayload(outcome=object_of(made), **shown(made))

    @strawberry.mutation
    async def record_indicator(
        self,
        info: Asked,
        input: given.RecordIndicatorInput,  # noqa: A002 - as above
    ) -> IndicatorPayload:
        """A measure of an outcome."""

        async def work(checks: Checks) -> GlobalId:
            return await aims.record_indicator(checks, input)

        made = await AskedChange(info.context, "recordIndicator", input).in_partnership(work)
        return IndicatorPayload(indicator=object_of(made), **shown(made))

    @strawberry.mutation
    async def record_indicator_version(
        self,
        info: Asked,
        input: given.RecordIndicatorVersionInput,  # noqa: A002 - as above
    ) -> IndicatorPayload:
        """Another definition from a day on; comparisons do not cross it unless it is bridged."""

        async def work(checks: Checks, kept: Indicator) -> GlobalId:
            return await aims.record_version(checks, input, kept)

        made = await AskedChange(info.context, "recordIndicatorVersion", input).of_row(
            Indicator, "Indicator", "indicator", work
        )
        return IndicatorPayload(indicator=object_of(made), **shown(made))

    @strawberry.mutation
    async def record_area(
        self,
        info: Asked,
        input: given.RecordAreaInput,  # noqa: A002 - as above
    ) -> AreaPayload:
        """A place within the partnership's scope."""

        async def work(checks: Checks) -> GlobalId:
            return await aims.record_area(checks, input)

        made = await AskedChange(info.context, "recordArea", input).in_partnership(work)
        return AreaPayload(area=object_of(made), **shown(made))

    @strawberry.mutation
    async def record_population_group(
        self,
        info: Asked,
        input: given.RecordPopulationGroupInput,  # noqa: A002 - as above
    ) -> PopulationGroupPayload:
        """A group of children, with others' words for it."""

        async def work(checks: Checks) -> GlobalId:
            return await aims.record_group(checks, input)

        made = await AskedChange(info.context, "recordPopulationGroup", input).in_partnership(work)
        return PopulationGroupPayload(population_group=object_of(made), **shown(made))

    @strawberry.mutation
    async def set_target(
        self,
        info: Asked,
        input: given.SetTargetInput,  # noqa: A002 - as above
    ) -> IndicatorPayload:
        """A value to reach by a day."""

        async def work(checks: Checks, kept: Indicator) -> GlobalId:
            return await aims.set_target(checks, input, kept)

        made = await AskedChange(info.context, "setTarget", input).of_row(
            Indicator, "Indicator", "indicator", work
        )
        return IndicatorPayload(indicator=object_of(made), **shown(made))

    @strawberry.mutation
    async def set_disparity_rule(
        self,
        info: Asked,
        input: given.SetDisparityRuleInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """How the partnership judges its disparities, and with whom its groups are compared."""

        async def work(checks: Checks) -> GlobalId:
            return await rules.set_rule(checks, input)

        made = await AskedChange(info.context, "setDisparityRule", input).in_partnership(work)
        return PartnershipPayload(partnership=object_of(made), **shown(made))

    @strawberry.mutation
    async def set_figure_review(
        self,
        info: Asked,
        input: given.SetFigureReviewInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """Whether figures wait for somebody's approval."""

        async def work(checks: Checks) -> GlobalId:
            return await rules.set_review(checks, input)

        made = await AskedChange(info.context, "setFigureReview", input).in_partnership(work)
        return PartnershipPayload(partnership=object_of(made), **shown(made))

    @strawberry.mutation
    async def set_source(
        self,
        info: Asked,
        input: given.SetSourceInput,  # noqa: A002 - as above
    ) -> PartnershipPayload:
        """How fresh decisions need the figures of a source."""

        async def work(checks: Checks) -> GlobalId:
            return await rules.set_source(checks, input)

        made = await AskedChange(info.context, "setSource", input).in_partnership(work)
        return PartnershipPayload(partnership=object_of(made), **shown(made))

    @strawberry.mutation
    async def allow_quality_finding(
        self,
        info: Asked,
        input: given.AllowQualityFindingInput,  # noqa: A002 - as above
    ) -> IndicatorPayload:
        """Explains findings of a kind; they stay, and are told as allowed."""

        async def work(checks: Checks, kept: Indicator) -> GlobalId:
            return await rules.allow_finding(checks, input, kept, info.context.caller.actor)

        made = await AskedChange(info.context, "allowQualityFinding", input).of_row(
            Indicator, "Indicator", "indicator", work
        )
        return IndicatorPayload(indicator=object_of(made), **shown(made))

    @strawberry.mutation
    async def record_measurements(
        self,
        info: Asked,
        input: sent.RecordMeasurementsInput,  # noqa: A002 - as above
    ) -> MeasurementsPayload:
        """Figures of one indicator: all are recorded, or none; what differs from before is another version."""

        async def work(checks: Checks) -> GlobalId:
            return await figures.record_lines(checks, input, info.context.caller)

        asked = AskedChange(info.context, "recordMeasurements", input, of_figures=True)
        return await measured(info.context, await asked.in_partnership(work))

    @strawberry.mutation
    async def correct_measurement(
        self,
        info: Asked,
        input: sent.CorrectMeasurementInput,  # noqa: A002 - as above
    ) -> MeasurementsPayload:
        """Another version of one figure; `publishedAs` still tells what was published before."""

        async def work(checks: Checks, kept: Measurement) -> GlobalId:
            return await figures.correct(checks, input, kept, info.context.caller)

        asked = AskedChange(info.context, "correctMeasurement", input, of_figures=True)
        made = await asked.of_row(Measurement, "Measurement", "measurement", work)
        return await measured(info.context, made)

    @strawberry.mutation
    async def move_submission(
        self,
        info: Asked,
        input: sent.MoveSubmissionInput,  # noqa: A002 - as above
    ) -> SubmissionPayload:
        """Submits, returns or approves figures; what is approved is released at once."""

        async def work(checks: Checks, kept: Submission) -> GlobalId:
            return await figures.move(checks, input, kept, info.context.caller)

        asked = AskedChange(info.context, "moveSubmission", input, of_figures=True)
        made = await asked.of_row(Submission, "Submission", "submission", work)
        return SubmissionPayload(submission=object_of(made), **shown(made))
