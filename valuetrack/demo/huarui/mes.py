"""达成计划的项目：制造执行系统。"""

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

MES = ProjectStory(
    code="MES",
    name="苏州工厂 MES",
    description="覆盖苏州工厂 18 条产线的报工、质量追溯和设备联网。",
    kind="MES",
    supplier="联智工业软件",
    live=12,
    delay=0,
    lead=9,
    delivery="live",
    gates=(
        "工厂提出需求，产线停机损失已核实。",
        "两条试点产线验证了测算。",
        "价值委员会批准预算，计划冻结。",
        "18 条产线全部按期上线。",
    ),
    business_owner="plant",
    it_owner="systems",
    departments=("苏州工厂", "质量部"),
    functional=(
        KpiStory(
            "系统可用率", "计划时间内可用分钟数占比，不含维护窗口，取自监控日志。",
            EFFICIENCY, "%", 97.8, 99.6, 99.5, noise=0.12, decimals=2, owner="systems", ramp=3,
            source="availability",
        ),
        KpiStory(
            "班组长接受度", "每月问卷中对“系统对我的工作有帮助”选择 4 分或 5 分的比例。",
            CAPABILITY, "%", 55, 86, 85, noise=1.3, decimals=0, owner="plant", source="survey",
        ),
        KpiStory(
            "实时报工率", "工序完成后 10 分钟内报工的工单占比。",
            CAPABILITY, "%", 24, 95, 92, noise=1.5, decimals=0, frequency=WEEK, owner="plant", source="usage",
        ),
        KpiStory(
            "设备联网率", "已联网采集数据的设备台数占比。",
            EFFICIENCY, "%", 38, 91, 90, noise=0.8, decimals=0, owner="systems", ramp=8,
        ),
    ),
    operational=(
        KpiStory(
            "设备综合效率", "OEE：时间开动率 × 性能开动率 × 合格品率，18 条产线加权。",
            EFFICIENCY, "%", 61.5, 72.6, 72, noise=0.6, season=0.6, peak=10, owner="plant", weight=2, ramp=9,
        ),
        KpiStory(
            "一次交检合格率", "一次检验合格批次占送检批次的比例。",
            EFFICIENCY, "%", 92.4, 96.6, 96.5, noise=0.3, owner="quality", ramp=8,
        ),
        KpiStory(
            "非计划停机", "每条产线每月非计划停机小时数。",
            EFFICIENCY, "小时", 31, 18.5, 19, noise=1.0, season=1.0, peak=7, owner="plant",
        ),
        KpiStory(
            "在制品周转", "在制品平均停留天数。",
            EFFICIENCY, "天", 9.8, 6.7, 7, noise=0.25, owner="plant", ramp=9,
        ),
        KpiStory(
            "产线负荷率", "计划工时 ÷ 可用工时：过高会拖期，过低则浪费产能。",
            EFFICIENCY, "%", 97, 85, None, noise=1.2, season=1.0, peak=10, decimals=0, owner="plant",
            range=(78, 90),
        ),
        KpiStory(
            "质量追溯时间", "从客诉到定位批次和工位的小时数，中位数。",
            EFFICIENCY, "小时", 26, 2.4, 3, noise=0.5, owner="quality", ramp=3,
        ),
    ),
    strategic=(
        KpiStory(
            "单位制造成本指数", "同一产品组合的单位制造成本，上线前一年 = 100。",
            FINANCIAL, "点", 100, 93.6, 94, noise=0.4, owner="plant", weight=2, ramp=8,
        ),
        KpiStory(
            "准时交付率", "按确认日期完整交付的订单占比。",
            EFFICIENCY, "%", 88.5, 94.4, 94, noise=0.5, season=0.4, peak=6, owner="supply",
        ),
        KpiStory(
            "客户质量索赔", "每季度客户质量索赔金额。",
            FINANCIAL, "万元", 186, 108, 110, noise=4, decimals=0, frequency=QUARTER, owner="quality",
        ),
        KpiStory(
            "新产品导入周期", "从样件批准到量产的天数。",
            INNOVATION, "天", 74, 58, 60, noise=1.5, decimals=0, owner="research", ramp=8,
        ),
    ),
    lines=(
        LineStory(
            "cost", "软件许可", "软件", Stream(single={-9: 6_800_000}), Stream(single={-9: 6_800_000}),
            "18 条产线，集团框架价。", "capex", "one_off",
        ),
        LineStory(
            "cost", "实施服务", "服务",
            Stream(single=dict.fromkeys(range(-8, 1), 2_150_000)),
            Stream(single=dict.fromkeys(range(-8, 1), 2_190_000)),
            "按里程碑分 9 个月支付。", "capex", "one_off",
        ),
        LineStory(
            "cost", "终端与网络", "硬件", Stream(single={-4: 3_600_000}), Stream(single={-4: 3_450_000}),
            "工位终端 420 台。", "capex", "one_off",
        ),
        LineStory(
            "cost", "培训", "人员", Stream(single=dict.fromkeys(range(-2, 2), 320_000)),
            Stream(single=dict.fromkeys(range(-2, 2), 340_000)), "1200 名操作工，每人两天。", "opex",
            "one_off",
        ),
        LineStory(
            "cost", "运维", "运行", Stream(monthly=260_000), Stream(monthly=255_000), "驻场支持与年度维护。",
        ),
        LineStory(
            "benefit", "废品与返工减少", "质量", Stream(monthly=620_000, ramp=6),
            Stream(monthly=640_000, ramp=6),
            "合格率提升 × 产量 × 单位损失。",
        ),
        LineStory(
            "benefit", "停机损失减少", "产能", Stream(monthly=480_000, ramp=6),
            Stream(monthly=500_000, ramp=5),
            "减少的停机小时 × 每小时边际贡献。",
        ),
        LineStory(
            "benefit", "统计员工时", "工时", Stream(monthly=190_000, ramp=4), Stream(monthly=200_000, ramp=4),
            "节省工时 × 全成本，编制尚未减少。", cashability="non_cashable",
        ),
        LineStory(
            "benefit", "客户索赔避免", "质量", Stream(monthly=230_000, start=3, ramp=6),
            Stream(monthly=240_000, start=3, ramp=6), "索赔金额下降部分。", cashability="avoidance",
        ),
    ),
    modules=(
        ModuleStory("生产报工", 3, -2, -1, 0),
        ModuleStory("质量追溯", 2, -1, 0, 0),
        ModuleStory("设备联网", 2, 0, 2, 2),
        ModuleStory("电子看板", 1, 1, 2, 3),
        ModuleStory("能耗管理", 1, 9, None, None),
    ),
)  # fmt: skip
