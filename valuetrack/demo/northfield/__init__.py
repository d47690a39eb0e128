"""A group of fast-moving consumer goods, told in English."""

from valuetrack.demo.story import OrganizationStory, Person

from .crm import CRM
from .erp import ERP
from .oa import OA
from .others import BI, HR, WMS

NORTHFIELD = OrganizationStory(
    slug="northfield",
    name="Northfield Consumer Group",
    language="en",
    zone="Europe/London",
    currency="EUR",
    industry="Fast-moving consumer goods",
    discount_rate=0.08,
    people=(
        Person("admin", "Grace Whitfield", "admin"),
        Person("pmo", "Daniel Okafor", "pmo", "Transformation office"),
        Person("finance", "Helen Marsh", "finance", "Finance"),
        Person("executive", "James Ashworth", "executive"),
        Person("operations", "Tom Hartley", "contributor", "Operations"),
        Person("procurement", "Lucy Brennan", "contributor", "Procurement"),
        Person("sales", "Priya Nair", "contributor", "Sales"),
        Person("people", "Sofia Lindqvist", "contributor", "Human resources"),
        Person("finance-desk", "Owen Price", "contributor", "Finance"),
        Person("systems", "Marek Nowak", "contributor", "IT"),
        Person("viewer", "Nina Patel", "viewer", "Sales"),
        Person("auditor", "Robert Klein", "auditor"),
    ),
    departments=(
        ("Operations", ""),
        ("Plant 1", "Operations"),
        ("Plant 2", "Operations"),
        ("Plant 3", "Operations"),
        ("Plant 4", "Operations"),
        ("Procurement", ""),
        ("Finance", ""),
        ("Sales", ""),
        ("Customer service", "Sales"),
        ("Human resources", ""),
        ("IT", ""),
        ("Transformation office", ""),
    ),
    projects=(ERP, CRM, OA, WMS, HR, BI),
    correction="Corrected after the month-end check: one plant had reported twice.",
    returned="CRM-03",
    return_reason="Does this count the failed retries as well? Please take them out and submit again.",
    lock_note="Closed with the committee's report.",
)
