"""The roll-out that pays back in half the time."""

from valuetrack.demo.story import (
    CAPABILITY,
    EFFICIENCY,
    FINANCIAL,
    INNOVATION,
    QUARTER,
    WEEK,
    DriverStory,
    FollowsStory,
    KpiStory,
    LineStory,
    ModuleStory,
    ProjectStory,
    Stream,
)

_FUNCTIONAL = (
    KpiStory(
        "Staff acceptance",
        "Share of users who answer 4 or 5 to “The system helps me in my work”, in the monthly pulse survey.",
        CAPABILITY, "%", 60, 92, 90, noise=1.2, decimals=0, source="survey", owner="operations", weight=2,
        points=((-1, 60), (0, 66), (3, 84), (5, 92)), pins={-1: 60, 5: 92, 11: 92},
    ),
    KpiStory(
        "System availability",
        "Minutes available of minutes planned, maintenance windows left out, from the monitoring log.",
        EFFICIENCY, "%", 98.4, 99.7, 99.6, noise=0.12, decimals=2, source="availability", owner="systems",
        ramp=3,
    ),
    KpiStory(
        "Orders handled without rework",
        "Orders that pass from receipt to invoice without manual correction, from the order log.",
        EFFICIENCY, "%", 71, 88, 86, noise=1.5, season=1.0, frequency=WEEK, owner="operations", ramp=8,
    ),
    KpiStory(
        "Answer time of the order screen",
        "95th percentile of the response time in office hours, from the application log.",
        EFFICIENCY, "s", 3.4, 1.6, 1.8, noise=0.15, season=0.15, decimals=2, owner="systems", ramp=4,
    ),
)  # fmt: skip

_OPERATIONAL = (
    KpiStory(
        "Inventory turnover",
        "Days of inventory: stock at cost at month end ÷ cost of goods sold a day, last three months.",
        FINANCIAL, "days", 62, 44, 45, noise=0.9, season=1.0, owner="operations", weight=2, ramp=10,
        pins={11: 44},
    ),
    KpiStory(
        "Order lead time",
        "Hours from order receipt to goods issue, median over all order lines.",
        EFFICIENCY, "hours", 48.7, 33.4, 34, noise=1.6, season=1.2, owner="operations", ramp=6,
    ),
    KpiStory(
        "Month-end close",
        "Working days from month end to the signed group close.",
        EFFICIENCY, "days", 9, 5, 5, noise=0.3, decimals=1, owner="procurement", ramp=8,
    ),
    KpiStory(
        "Order lines per planner",
        "Planned order lines ÷ planners present, per working day.",
        EFFICIENCY, "per day", 84, 121, 118, noise=3, season=4, decimals=0, owner="operations", ramp=8,
    ),
    KpiStory(
        "Stock record accuracy",
        "Counted locations that agree with the system, from the cycle counts.",
        EFFICIENCY, "%", 93.5, 98.6, 98.5, noise=0.3, owner="operations",
    ),
)  # fmt: skip

_STRATEGIC = (
    KpiStory(
        "Procurement cost index",
        "Price of the same basket of 400 articles, weighted by volume; the year before go-live = 100.",
        FINANCIAL, "points", 100, 88, 92, noise=0.7, owner="procurement", weight=2,
        points=((-1, 100), (0, 91.5), (2, 88)), pins={11: 88}, mean_after=88,
    ),
    KpiStory(
        "On time and in full",
        "Customer orders delivered complete on the confirmed day.",
        EFFICIENCY, "%", 91.2, 96.4, 96, noise=0.5, season=0.4, peak=5, owner="operations", ramp=9,
    ),
    KpiStory(
        "Working capital ratio",
        "Working capital ÷ sales of the last four quarters.",
        FINANCIAL, "%", 21.4, 17.2, 17.5, noise=0.3, frequency=QUARTER, owner="procurement", ramp=9,
    ),
    KpiStory(
        "New articles on shelf in eight weeks",
        "Articles launched within eight weeks of release ÷ articles released.",
        INNOVATION, "%", 46, 68, 65, noise=2.5, season=2, peak=4, decimals=0, owner="operations", ramp=8,
    ),
)  # fmt: skip

_LINES = (
    LineStory(
        "cost", "Licences", "Software", Stream(single={-11: 1_600_000}), Stream(single={-11: 1_650_000}),
        "Contract of the group, list price less 22 %.", "capex", "one_off",
    ),
    LineStory(
        "cost", "Implementation", "Services",
        Stream(single=dict.fromkeys(range(-10, 1), 545_000)),
        Stream(single=dict.fromkeys(range(-10, 1), 558_000)),
        "Statement of work, 11 monthly instalments.", "capex", "one_off",
    ),
    LineStory(
        "cost", "Training", "People",
        Stream(single=dict.fromkeys(range(-3, 3), 95_000)),
        Stream(single=dict.fromkeys(range(-3, 3), 104_000)),
        "1,900 users, two days each.", "opex", "one_off",
    ),
    LineStory(
        "cost", "Operation", "Run", Stream(monthly=45_000), Stream(monthly=44_000),
        "Hosting, support desk of four, yearly maintenance.",
    ),
    LineStory(
        "benefit", "Procurement savings", "Purchasing",
        Stream(monthly=221_000, ramp=12), Stream(monthly=402_000, ramp=3),
        "Plan 6.6 %, now 12 % of 40.2 m EUR addressable spend a year.", owner="finance",
    ),
    LineStory(
        "benefit", "Inventory carrying cost", "Working capital",
        Stream(monthly=25_000, ramp=12), Stream(monthly=40_000, ramp=10),
        "18 days × 0.33 m EUR a day × 8 % carrying cost.",
        follows=FollowsStory(
            "Inventory turnover",
            DriverStory("COGS-DAY", "Cost of goods sold", "EUR a day", 330_000, "Group accounts, mean of two years"),
            DriverStory("CARRYING", "Carrying cost of stock", "EUR per EUR a year", 0.08, "Treasury: 5 % capital, 3 % space"),
            factor=1 / 12,
        ),
    ),
    LineStory(
        "benefit", "Planners' time", "Time", Stream(monthly=41_000, ramp=9), Stream(monthly=66_000, ramp=8),
        "Hours saved × full cost; no budget line has fallen yet.", cashability="non_cashable",
    ),
    LineStory(
        "benefit", "Old systems' maintenance", "IT", Stream(monthly=22_000, start=4),
        Stream(monthly=22_000, start=5),
        "Three systems switched off, contracts would have been renewed.", cashability="avoidance",
    ),
)  # fmt: skip

ERP = ProjectStory(
    code="ERP",
    name="ERP group",
    description="One ERP for purchasing, planning, stock and finance in all four plants and the head office.",
    kind="ERP",
    supplier="Meridian Systems",
    live=12,
    delay=0,
    lead=11,
    delivery="live",
    gates=(
        "Need confirmed by the plants and purchasing.",
        "Business case checked by finance.",
        "Committee approved budget and plan; plan frozen.",
        "All four plants live on the planned day.",
    ),
    business_owner="procurement",
    it_owner="systems",
    departments=("Procurement", "Operations", "Finance"),
    functional=_FUNCTIONAL,
    operational=_OPERATIONAL,
    strategic=_STRATEGIC,
    lines=_LINES,
    modules=(
        ModuleStory("Purchasing", 3, -2, -1, 0),
        ModuleStory("Planning", 2, -2, -1, 0),
        ModuleStory("Stock and logistics", 2, -1, 0, 0),
        ModuleStory("Finance", 2, -1, 0, 1),
        ModuleStory("Supplier portal", 1, 5, 7, None),
    ),
)
