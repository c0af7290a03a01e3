"""The day's figures over the API."""

from django.utils import timezone
from ninja import Router

from accounts.tokens import requires
from core.api.rows import answer
from core.recent import recent
from sales.dashboard import insights
from sales.rows import show_insights
from sales.schemas import InsightsOut

dashboard = Router(tags=["Dashboard"])


@dashboard.get(
    "/",
    auth=requires("sales.view_dashboard"),
    response=InsightsOut,
    summary="The day's figures (another name)",
    operation_id="sales_get_insights_get_alias",
)
@dashboard.get(
    "/insights/",
    auth=requires("sales.view_dashboard"),
    response=InsightsOut,
    summary="The day's figures",
    operation_id="sales_get_insights_get",
)
def get_insights(request):
    """What the dashboard shows: customers, today's sales, what waits and what runs low; a few seconds old at most."""
    return answer(recent(f"insights {timezone.localdate()}", lambda: show_insights(insights())))
