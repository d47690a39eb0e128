"""A manufacturing group, told in Chinese."""

from valuetrack.demo.story import OrganizationStory, Person

from .erp import ERP
from .mes import MES
from .others import OA, PLM, WMS

HUARUI = OrganizationStory(
    slug="huarui",
    name="华睿制造集团",
    language="zh-hans",
    zone="Asia/Shanghai",
    currency="CNY",
    industry="离散制造",
    discount_rate=0.08,
    people=(
        Person("admin", "周敏", "admin"),
        Person("pmo", "林芳", "pmo", "数字化办公室"),
        Person("finance", "王瑜", "finance", "财务部"),
        Person("executive", "陈杰", "executive"),
        Person("plant", "赵伟", "contributor", "苏州工厂"),
        Person("supply", "孙丽", "contributor", "供应链部"),
        Person("quality", "刘洋", "contributor", "质量部"),
        Person("research", "何静", "contributor", "研发中心"),
        Person("systems", "高翔", "contributor", "信息技术部"),
        Person("viewer", "吴婷", "viewer", "质量部"),
        Person("auditor", "郑凯", "auditor"),
    ),
    departments=(
        ("生产中心", ""),
        ("苏州工厂", "生产中心"),
        ("武汉工厂", "生产中心"),
        ("成都工厂", "生产中心"),
        ("供应链部", ""),
        ("质量部", ""),
        ("研发中心", ""),
        ("财务部", ""),
        ("信息技术部", ""),
        ("数字化办公室", ""),
    ),
    projects=(MES, ERP, OA, WMS, PLM),
    correction="月末核对后更正：有一条产线重复上报。",
    returned="ERP-02",
    return_reason="这里是否把重复单据也算进去了？请剔除后重新提交。",
    lock_note="随委员会月报关账。",
)
