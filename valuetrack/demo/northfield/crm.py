"""The roll-out that moves, but not as fast as promised."""

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

CRM = ProjectStory(
    code="CRM",
    name="CRM wave 2",
    description="Customer data, visits and quotes of the field force in one place; wave 2 adds key accounts.",
    kind="CRM",
    supplier="Cloudfront Sales",
    live=10,
    delay=1,
    lead=8,
    delivery="live",
    gates=(
        "Wave 1 reviewed, key accounts asked for it.",
        "Conversion assumption checked against wave 1.",
        "Committee approved with conversion as the leading KPI; plan frozen.",
        "Live a month later than planned: price lists had to be cleaned.",
    ),
    business_owner="sales",
    it_owner="systems",
    departments=("Sales", "Customer service"),
    functional=(
        KpiStory(
            "Active users in the field force",
            "Representatives who logged a visit in the week ÷ representatives on duty.",
            CAPABILITY, "%", 52, 76, 85, noise=2, season=2, peak=3, decimals=0, frequency=WEEK, owner="sales",
            source="usage",
        ),
        KpiStory(
            "Complete customer records",
            "Accounts with contact, segment, agreement and next step filled.",
            EFFICIENCY, "%", 58, 76, 85, noise=1.2, decimals=0, owner="sales",
        ),
        KpiStory(
            "Mobile sync failures",
            "Failed synchronisations per 1,000.",
            EFFICIENCY, "per 1,000", 14, 6.4, 4, noise=0.4, owner="systems", ramp=5,
        ),
    ),
    operational=(
        KpiStory(
            "Time to quote",
            "Hours from request to sent quote, median.",
            EFFICIENCY, "hours", 31, 22.6, 18, noise=0.6, season=0.4, owner="sales",
        ),
        KpiStory(
            "Visits per representative",
            "Visits logged per representative and week.",
            EFFICIENCY, "per week", 17, 19.5, 21, noise=0.2, season=0.2, peak=3, owner="sales",
        ),
        KpiStory(
            "Requests answered the same day",
            "Customer requests answered on the day they arrive.",
            EFFICIENCY, "%", 63, 73, 80, noise=1.0, season=0.5, peak=2, decimals=0, owner="sales", missing=1,
        ),
        KpiStory(
            "Discount outside the guideline",
            "Quotes with a discount above the guideline ÷ all quotes.",
            FINANCIAL, "%", 18.5, 14.5, 12, noise=0.3, owner="sales",
        ),
    ),
    strategic=(
        KpiStory(
            "Quote conversion",
            "Quotes won ÷ quotes decided in the month, by value.",
            FINANCIAL, "%", 24.0, 26.3, 28, noise=0.3, season=0.2, owner="sales", weight=2, reach=15,
        ),
        KpiStory(
            "Sales per key account",
            "Net sales of the last three months ÷ key accounts, at constant prices.",
            FINANCIAL, "k EUR", 412, 437, 452, noise=3, season=3, decimals=0, owner="sales", reach=15,
        ),
        KpiStory(
            "Net promoter score of retailers",
            "Quarterly survey of 600 retailers, 0 to 10.",
            INNOVATION, "points", 21, 26, 30, noise=0.6, decimals=0, frequency=QUARTER, source="survey",
            owner="sales", reach=15, ramp=8,
        ),
    ),
    lines=(
        LineStory(
            "cost", "Licences", "Software", Stream(single={-8: 420_000}), Stream(single={-8: 420_000}),
            "480 seats.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Implementation", "Services",
            Stream(single=dict.fromkeys(range(-7, 1), 215_000)),
            Stream(single=dict.fromkeys(range(-8, 1), 212_000)),
            "Fixed price and two change requests.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Training", "People",
            Stream(single=dict.fromkeys(range(-1, 3), 40_000)),
            Stream(single=dict.fromkeys(range(-1, 3), 46_000)),
            "One day with each representative.", "opex", "one_off",
        ),
        LineStory(
            "cost", "Operation", "Run", Stream(monthly=24_000), Stream(monthly=25_000),
            "Support and hosting.",
        ),
        LineStory(
            "benefit", "Margin from conversion", "Sales",
            Stream(monthly=86_000, ramp=9), Stream(monthly=81_000, ramp=10),
            "Points of conversion × quoted value × margin, half of it ours.", owner="finance",
        ),
        LineStory(
            "benefit", "Discount discipline", "Sales", Stream(monthly=26_000, ramp=6),
            Stream(monthly=20_000, ramp=7),
            "Discounts above the guideline avoided.",
        ),
        LineStory(
            "benefit", "Time of the field force", "Time",
            Stream(monthly=18_000, ramp=6), Stream(monthly=16_000, ramp=6),
            "Hours saved × full cost.", cashability="non_cashable",
        ),
    ),
    modules=(
        ModuleStory("Accounts and visits", 3, -3, -1, 0),
        ModuleStory("Quotes", 3, -1, 0, 0),
        ModuleStory("Key account plans", 2, 1, 3, 4),
        ModuleStory("Service tickets", 1, 6, None, None),
    ),
)  # fmt: skip
