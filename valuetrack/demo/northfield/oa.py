"""The roll-out that does badly: two plants do not use it."""

from valuetrack.demo.story import (
    CAPABILITY,
    EFFICIENCY,
    FINANCIAL,
    INNOVATION,
    QUARTER,
    WEEK,
    KpiStory,
    LineStory,
    ModuleStory,
    ProjectStory,
    Stream,
)

OA = ProjectStory(
    code="OA",
    charter="open",
    name="OA collaboration",
    description="Approvals, travel and documents in one tool. Plants 2 and 4 still approve on paper.",
    kind="OA",
    supplier="Deskwise",
    live=9,
    delay=2,
    lead=7,
    delivery="live",
    gates=(
        "Paper approvals counted in the head office.",
        "Estimate extended from the head office to the plants.",
        "Committee approved; plan frozen.",
        "Live in the head office and plants 1 and 3; plants 2 and 4 followed without super-users.",
    ),
    business_owner="operations",
    it_owner="systems",
    departments=("Operations", "Plant 2", "Plant 4", "Finance"),
    functional=(
        KpiStory(
            "Active users, head office",
            "Users with at least one approval in the week ÷ invited users.",
            CAPABILITY, "%", 20, 81, 85, noise=2, decimals=0, frequency=WEEK, owner="operations",
            source="usage",
        ),
        KpiStory(
            "Active users, plants 2 and 4",
            "Users with at least one approval in the month ÷ invited users.",
            CAPABILITY, "%", 20, 30, 75, noise=1.5, decimals=0, owner="operations", source="usage", weight=2,
            points=((-1, 20), (2, 42), (5, 36), (8, 29)), missing=1,
        ),
        KpiStory(
            "Approvals without error message",
            "Approval steps finished without an error.",
            EFFICIENCY, "%", 91, 96.5, 98, noise=0.4, owner="systems",
        ),
    ),
    operational=(
        KpiStory(
            "Approval cycle time",
            "Hours from request to last approval, median of all sites.",
            EFFICIENCY, "hours", 26, 20.8, 12, noise=0.8, season=0.6, owner="operations", weight=2,
            points=((-1, 26), (3, 19.5), (8, 20.8)),
        ),
        KpiStory(
            "Requests on paper, plants 2 and 4",
            "Requests that still arrive on paper ÷ all requests of the two plants.",
            EFFICIENCY, "%", 96, 79, 25, noise=2.5, decimals=0, owner="operations",
            points=((-1, 96), (2, 66), (8, 79)),
        ),
        KpiStory(
            "Rework of requests",
            "Requests sent back at least once.",
            EFFICIENCY, "%", 6.1, 5.0, 4.0, noise=0.25, owner="operations",
        ),
        KpiStory(
            "Documents found in one search",
            "Searches that end with an opened document.",
            EFFICIENCY, "%", 44, 57, 70, noise=1.5, decimals=0, owner="operations",
        ),
    ),
    strategic=(
        KpiStory(
            "Administrative cost per employee",
            "Cost of administration ÷ employees, at constant wages.",
            FINANCIAL, "EUR", 318, 309, 270, noise=2.5, decimals=0, owner="finance-desk", weight=2,
        ),
        KpiStory(
            "Spend approved before it is made",
            "Invoices with an approval dated before the order ÷ all invoices.",
            FINANCIAL, "%", 67, 70.5, 88, noise=1.0, decimals=0, owner="finance-desk",
        ),
        KpiStory(
            "Ideas put into practice",
            "Improvement ideas of employees put into practice in the quarter.",
            INNOVATION, "ideas", 14, 16, 30, noise=1.0, decimals=0, frequency=QUARTER, owner="operations",
        ),
    ),
    lines=(
        LineStory(
            "cost", "Licences", "Software", Stream(single={-6: 260_000}), Stream(single={-6: 265_000}),
            "2,400 users.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Implementation", "Services",
            Stream(single=dict.fromkeys(range(-6, 1), 150_000)),
            Stream(single=dict.fromkeys(range(-7, 3), 115_000)),
            "Time and material.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Training", "People",
            Stream(single=dict.fromkeys(range(-1, 2), 30_000)),
            Stream(single=dict.fromkeys(range(-1, 1), 24_000)),
            "Super-users of plants 2 and 4 left before they were trained.", "opex", "one_off",
        ),
        LineStory(
            "cost", "Operation", "Run", Stream(monthly=14_000), Stream(monthly=15_000),
            "Hosting and support.",
        ),
        LineStory(
            "benefit", "Time of approvers", "Time",
            Stream(monthly=31_000, ramp=6), Stream(monthly=25_000, ramp=5),
            "Hours saved × full cost.", cashability="non_cashable",
        ),
        LineStory(
            "benefit", "Early payment discounts", "Purchasing",
            Stream(monthly=25_000, ramp=6), Stream(monthly=20_000, ramp=6),
            "Invoices paid within the discount period.",
        ),
        LineStory(
            "benefit", "Paper, print and post", "Material",
            Stream(monthly=9_000, ramp=3), Stream(monthly=6_500, ramp=4), "Budget lines cut by finance.",
        ),
    ),
    modules=(
        ModuleStory("Approvals", 3, -1, 0, 0),
        ModuleStory("Travel", 1, 0, 1, 1),
        ModuleStory("Documents", 2, 2, 4, None),
        ModuleStory("Contracts", 2, None, None, None),
    ),
)  # fmt: skip
