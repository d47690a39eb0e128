"""有进展但落后于承诺的项目：集团 ERP。"""

from valuetrack.demo.story import (
    CAPABILITY,
    EFFICIENCY,
    FINANCIAL,
    INNOVATION,
    QUARTER,
    DriverStory,
    FollowsStory,
    KpiStory,
    LineStory,
    ModuleStory,
    ProjectStory,
    Stream,
)

ERP = ProjectStory(
    code="ERP",
    name="集团 ERP",
    description="采购、库存、销售和财务在同一套系统中，三个工厂统一主数据。",
    kind="ERP",
    supplier="远帆软件",
    live=11,
    delay=1,
    lead=12,
    delivery="live",
    gates=(
        "三套旧系统的数据口径不一致，集团立项。",
        "财务部复核了商业论证。",
        "价值委员会批准预算，计划冻结。",
        "主数据清洗晚了一个月，随后上线。",
    ),
    business_owner="supply",
    it_owner="systems",
    departments=("供应链部", "财务部", "生产中心"),
    functional=(
        KpiStory(
            "用户接受度", "每月问卷中选择 4 分或 5 分的用户比例。",
            CAPABILITY, "%", 58, 74, 82, noise=1.2, decimals=0, owner="supply", ramp=9, source="survey",
        ),
        KpiStory(
            "主数据完整率", "必填字段齐全的物料和供应商占比。",
            EFFICIENCY, "%", 72, 88, 95, noise=0.8, decimals=0, owner="supply", ramp=9,
        ),
        KpiStory(
            "接口失败", "每千次接口调用的失败次数。",
            EFFICIENCY, "次/千次", 12, 6.2, 4, noise=0.3, owner="systems", ramp=9,
        ),
    ),
    operational=(
        KpiStory(
            "库存周转天数", "月末库存成本 ÷ 近三个月日均销售成本。",
            FINANCIAL, "天", 78, 69.4, 66, noise=0.6, season=0.4, peak=1, owner="supply", ramp=11, weight=2,
        ),
        KpiStory(
            "采购订单处理时间", "从申请到下单的工作日，中位数。",
            EFFICIENCY, "天", 6.2, 4.7, 4, noise=0.1, owner="supply", ramp=11,
        ),
        KpiStory(
            "月结天数", "从月末到集团报表签发的工作日。",
            EFFICIENCY, "天", 11, 8.6, 7.5, noise=0.2, owner="supply", ramp=11, missing=1,
        ),
        KpiStory(
            "供应商准时到货率", "按约定日期到货的订单行占比；系统切换不得影响供应。",
            EFFICIENCY, "%", 95, 95.1, 95, noise=0.12, owner="supply", maintain=True, tolerance=3,
        ),
        KpiStory(
            "盘点准确率", "系统与实物一致的库位占比。",
            EFFICIENCY, "%", 94, 96.8, 98, noise=0.2, owner="supply", ramp=11,
        ),
    ),
    strategic=(
        KpiStory(
            "采购成本指数", "同一篮子 600 种物料的加权价格，上线前一年 = 100。",
            FINANCIAL, "点", 100, 96.4, 94, noise=0.4, owner="supply", ramp=11, weight=2, reach=15,
        ),
        KpiStory(
            "营运资金占比", "营运资金 ÷ 近四季度销售额。",
            FINANCIAL, "%", 26.5, 24.9, 23.5, noise=0.15, frequency=QUARTER, owner="supply", ramp=11,
            reach=15,
        ),
        KpiStory(
            "集团协同采购占比", "由集团统一谈判的采购额占比。",
            INNOVATION, "%", 31, 43, 50, noise=0.8, decimals=0, owner="supply", ramp=11, reach=15,
        ),
    ),
    lines=(
        LineStory(
            "cost", "软件许可", "软件", Stream(single={-11: 9_200_000}), Stream(single={-12: 9_400_000}),
            "集团许可 1500 用户。", "capex", "one_off",
        ),
        LineStory(
            "cost", "实施服务", "服务",
            Stream(single=dict.fromkeys(range(-10, 1), 1_650_000)),
            Stream(single=dict.fromkeys(range(-11, 2), 1_640_000)),
            "按月结算。", "capex", "one_off",
        ),
        LineStory(
            "cost", "培训", "人员", Stream(single=dict.fromkeys(range(-2, 2), 260_000)),
            Stream(single=dict.fromkeys(range(-2, 3), 270_000)), "1500 名用户。", "opex", "one_off",
        ),
        LineStory("cost", "运维", "运行", Stream(monthly=310_000), Stream(monthly=320_000), "云资源与支持。"),
        LineStory(
            "benefit", "采购降本", "采购", Stream(monthly=1_100_000, ramp=9),
            Stream(monthly=960_000, ramp=10),
            "指数下降 × 可寻源采购额。",
        ),
        LineStory(
            "benefit", "库存资金成本", "资金", Stream(monthly=260_000, ramp=9),
            Stream(monthly=200_000, ramp=9),
            "减少的库存天数 × 日均成本 × 资金成本率。",
            follows=FollowsStory(
                "库存周转天数",
                DriverStory("COGS-DAY", "日均销售成本", "元/天", 4_650_000, "集团报表，近两年平均"),
                DriverStory("CARRYING", "资金成本率", "元/元·年", 0.06, "资金部，年化"),
                factor=1 / 12,
            ),
        ),
        LineStory(
            "benefit", "财务与采购工时", "工时", Stream(monthly=210_000, ramp=6),
            Stream(monthly=170_000, ramp=6),
            "节省工时 × 全成本。", cashability="non_cashable",
        ),
    ),
    modules=(
        ModuleStory("采购管理", 3, -3, -1, 0),
        ModuleStory("库存管理", 2, -2, -1, 0),
        ModuleStory("财务核算", 3, -1, 0, 0),
        ModuleStory("销售管理", 2, 1, 3, 3),
        ModuleStory("成本管理", 2, 6, None, None),
    ),
)  # fmt: skip
