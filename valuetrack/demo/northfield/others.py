"""Warehouses that do as planned, an HR system without data, and a BI that has only just begun."""

from valuetrack.demo.story import (
    CAPABILITY,
    EFFICIENCY,
    FINANCIAL,
    INNOVATION,
    QUARTER,
    KpiStory,
    LineStory,
    ModuleStory,
    ProjectStory,
    Stream,
)

WMS = ProjectStory(
    code="WMS",
    name="Warehouse management",
    description="Guided picking and slotting in the two distribution centres.",
    kind="WMS",
    supplier="Pallas Logistics Software",
    live=14,
    delay=0,
    lead=6,
    delivery="closed",
    gates=(
        "Picking errors cost 0.4 m EUR a year.",
        "Pilot aisle confirmed the estimate.",
        "Committee approved; plan frozen.",
        "Both centres live.",
    ),
    business_owner="operations",
    it_owner="systems",
    departments=("Operations",),
    functional=(
        KpiStory(
            "Scanner availability", "Scanners in working order at shift start.",
            EFFICIENCY, "%", 94, 98.6, 98.5, noise=0.3, owner="systems", source="availability",
        ),
        KpiStory(
            "Picks guided by the system", "Guided picks ÷ all picks.",
            CAPABILITY, "%", 35, 93, 92, noise=1.5, decimals=0, owner="operations", source="usage",
        ),
    ),
    operational=(
        KpiStory(
            "Picking errors", "Wrong or missing lines per 1,000 picked.",
            EFFICIENCY, "per 1,000", 6.2, 2.3, 2.5, noise=0.2, season=0.15, decimals=2, owner="operations",
            weight=2,
        ),
        KpiStory(
            "Lines per hour", "Picked lines per working hour.",
            EFFICIENCY, "per hour", 61, 79, 78, noise=1.5, season=2, decimals=0, owner="operations",
        ),
        KpiStory(
            "Dock to stock", "Hours from arrival to bookable stock, median.",
            EFFICIENCY, "hours", 9.5, 5.9, 6, noise=0.3, owner="operations",
        ),
        KpiStory(
            "Space in use", "Occupied pallet places ÷ all places: too full is as slow as too empty is dear.",
            EFFICIENCY, "%", 93, 84, None, noise=1.2, season=1.0, decimals=0, owner="operations",
            range=(78, 88),
        ),
    ),
    strategic=(
        KpiStory(
            "Logistics cost per case", "Warehouse and handling cost ÷ cases shipped, at constant wages.",
            FINANCIAL, "EUR", 0.84, 0.742, 0.75, noise=0.008, decimals=3, owner="finance-desk", weight=2,
        ),
        KpiStory(
            "Service level to retailers", "Lines delivered in full; the change must not cost service.",
            EFFICIENCY, "%", 98.0, 98.1, 98.0, noise=0.08, owner="operations", maintain=True, tolerance=2.5,
        ),
    ),
    lines=(
        LineStory(
            "cost", "Scanners and licences", "Hardware", Stream(single={-4: 380_000}),
            Stream(single={-4: 371_000}),
            "310 devices.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Implementation", "Services",
            Stream(single=dict.fromkeys(range(-5, 1), 142_000)),
            Stream(single=dict.fromkeys(range(-5, 1), 144_000)),
            "Fixed price.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Operation", "Run", Stream(monthly=16_000), Stream(monthly=16_000), "Support and spares.",
        ),
        LineStory(
            "benefit", "Handling cost", "Logistics",
            Stream(monthly=46_000, ramp=6), Stream(monthly=49_000, ramp=6), "Cost per case × cases shipped.",
        ),
        LineStory(
            "benefit", "Credit notes avoided", "Quality",
            Stream(monthly=18_000, ramp=4), Stream(monthly=18_000, ramp=4),
            "Errors avoided × mean credit note.", cashability="avoidance",
        ),
    ),
    modules=(
        ModuleStory("Receiving", 1, -2, -1, 0),
        ModuleStory("Picking", 2, -2, -1, 0),
        ModuleStory("Slotting", 1, 2, 3, 3),
    ),
)  # fmt: skip

_NO_PAYROLL = "Not available: the payroll interface has not delivered since its last update."

HR = ProjectStory(
    code="HR",
    charter="outdated",
    name="HR core",
    description="Personnel files, time and learning. The figures hang on an interface that does not deliver.",
    kind="HR",
    supplier="Peoplebase",
    live=11,
    delay=1,
    lead=7,
    delivery="live",
    gates=(
        "Works councils agreed.",
        "Estimate checked by finance.",
        "Committee approved; plan frozen.",
        "Live; reporting to follow.",
    ),
    business_owner="people",
    it_owner="systems",
    departments=("Human resources",),
    functional=(
        KpiStory(
            "Self-service use", "Employees who used self-service in the month.",
            CAPABILITY, "%", 31, 66, 70, noise=2, decimals=0, owner="people", source="usage",
        ),
        KpiStory(
            "Time records without correction", "Time records accepted as booked.",
            EFFICIENCY, "%", 82, 90, 94, owner="people", never=True,
        ),
        KpiStory(
            "Learning hours booked in the system", "Booked in the system ÷ all learning hours.",
            CAPABILITY, "%", 25, 60, 80, decimals=0, owner="people", never=True,
        ),
    ),
    operational=(
        KpiStory(
            "Payroll corrections", "Corrected payslips per 1,000.",
            EFFICIENCY, "per 1,000", 11, 8, 6, noise=0.6, owner="people", missing=6, answer=_NO_PAYROLL,
        ),
        KpiStory(
            "Time to fill a post", "Days from approval to signed contract, median.",
            EFFICIENCY, "days", 64, 58, 50, noise=2, decimals=0, owner="people", missing=5,
        ),
    ),
    strategic=(
        KpiStory(
            "Unplanned leave of new staff", "Leavers in their first year ÷ hires of that year.",
            CAPABILITY, "%", 19, 18, 14, noise=0.6, owner="people", missing=6, answer=_NO_PAYROLL,
        ),
        KpiStory(
            "HR cost per employee", "Cost of HR administration ÷ employees.",
            FINANCIAL, "EUR", 46, 44, 39, noise=0.6, owner="people", missing=5,
        ),
    ),
    lines=(
        LineStory(
            "cost", "Licences", "Software", Stream(single={-6: 310_000}), Stream(single={-6: 310_000}),
            "6,100 employees.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Implementation", "Services",
            Stream(single=dict.fromkeys(range(-6, 1), 92_000)),
            Stream(single=dict.fromkeys(range(-7, 2), 75_000)),
            "Time and material.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Operation", "Run", Stream(monthly=12_000), Stream(monthly=12_500),
            "Hosting and support.",
        ),
        LineStory(
            "benefit", "Administration time", "Time", Stream(monthly=28_000, ramp=6),
            Stream(monthly=28_000, start=13, ramp=6), "No month is confirmed: the hours are not reported.",
            cashability="non_cashable",
        ),
        LineStory(
            "benefit", "Agency fees", "Purchasing", Stream(monthly=19_000, ramp=6),
            Stream(monthly=19_000, start=4, ramp=4),
            "Posts filled without an agency.",
        ),
    ),
    modules=(
        ModuleStory("Personnel files", 2, -2, 0, 0),
        ModuleStory("Time", 2, 0, 1, 1),
        ModuleStory("Learning", 1, 3, None, None),
    ),
)  # fmt: skip

BI = ProjectStory(
    code="BI",
    charter="none",
    name="BI self-service",
    description="Reports built by the departments themselves on one set of figures. Live since last month.",
    kind="BI",
    supplier="Facet Analytics",
    live=1,
    delay=0,
    lead=6,
    delivery="live",
    gates=(
        "Departments keep 340 private spreadsheets.",
        "Pilot in sales and finance.",
        "Committee approved; plan frozen.",
        "Live in four departments.",
    ),
    business_owner="finance-desk",
    it_owner="systems",
    departments=("Finance", "Sales", "Operations"),
    functional=(
        KpiStory(
            "Reports refreshed by seven", "Reports with figures of the day at 07:00.",
            EFFICIENCY, "%", 71, 94, 97, noise=1.2, decimals=0, owner="systems", ramp=1,
            source="availability",
        ),
        KpiStory(
            "Trained report builders", "People who have passed the course.",
            CAPABILITY, "people", 12, 48, 60, noise=1, decimals=0, owner="finance-desk", ramp=1,
        ),
        KpiStory(
            "Acceptance of the reports", "Users who answer 4 or 5 to “I trust these figures”.",
            CAPABILITY, "%", 48, 63, 80, noise=2, decimals=0, owner="finance-desk", ramp=1, source="survey",
        ),
    ),
    operational=(
        KpiStory(
            "Time to a new report", "Working days from request to first use.",
            EFFICIENCY, "days", 17, 6, 5, noise=0.8, owner="finance-desk", due_after=4,
        ),
        KpiStory(
            "Private spreadsheets in the month-end", "Spreadsheets attached to the close.",
            EFFICIENCY, "files", 340, 120, 100, noise=6, decimals=0, owner="finance-desk", due_after=4,
        ),
        KpiStory(
            "Decisions with figures attached", "Committee papers that cite a report of the system.",
            CAPABILITY, "%", 22, 60, 65, noise=2, decimals=0, owner="finance-desk", due_after=4,
        ),
    ),
    strategic=(
        KpiStory(
            "Forecast error of sales", "Mean absolute error of the monthly forecast ÷ sales.",
            FINANCIAL, "%", 14.2, 10, 9.5, noise=0.4, owner="sales", due_after=7,
        ),
        KpiStory(
            "Promotions stopped early", "Promotions below break-even that were stopped in their first half.",
            INNOVATION, "%", 8, 25, 30, noise=1.2, decimals=0, frequency=QUARTER, owner="sales", due_after=7,
        ),
    ),
    lines=(
        LineStory(
            "cost", "Licences", "Software", Stream(single={-5: 190_000}), Stream(single={-5: 188_000}),
            "600 readers, 60 builders.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Implementation", "Services",
            Stream(single=dict.fromkeys(range(-5, 1), 73_000)),
            Stream(single=dict.fromkeys(range(-5, 1), 74_000)),
            "Time and material.", "capex", "one_off",
        ),
        LineStory(
            "cost", "Operation", "Run", Stream(monthly=11_000), Stream(monthly=11_000),
            "Hosting and support.",
        ),
        LineStory(
            "benefit", "Reporting time", "Time", Stream(monthly=21_000, ramp=6),
            Stream(monthly=21_000, ramp=6),
            "Hours saved × full cost.", cashability="non_cashable",
        ),
        LineStory(
            "benefit", "Promotions stopped early", "Sales",
            Stream(monthly=26_000, start=6, ramp=6), Stream(monthly=26_000, start=6, ramp=6),
            "Loss avoided per promotion.", cashability="avoidance",
        ),
    ),
    modules=(
        ModuleStory("Sales figures", 1, -1, 0, 0),
        ModuleStory("Cost figures", 1, 0, None, None),
        ModuleStory("Plant figures", 1, None, None, None),
    ),
)  # fmt: skip
