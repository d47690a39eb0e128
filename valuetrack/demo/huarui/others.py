"""做得不好的 OA、数据缺失的 WMS、刚刚上线的 PLM。"""

from valuetrack.demo.story import (
    CAPABILITY,
    EFFICIENCY,
    FINANCIAL,
    INNOVATION,
    KpiStory,
    LineStory,
    ModuleStory,
    ProjectStory,
    Stream,
)

OA = ProjectStory(
    code="OA",
    charter="open",
    name="协同办公 OA",
    description="审批、合同和差旅在线办理。武汉和成都工厂仍在用纸质审批。",
    kind="OA",
    supplier="致远协作",
    live=9,
    delay=1,
    lead=6,
    delivery="live",
    gates=(
        "总部统计了纸质审批耗时。",
        "测算由总部推广到工厂。",
        "价值委员会批准，计划冻结。",
        "总部和苏州上线；武汉、成都缺少关键用户。",
    ),
    business_owner="research",
    it_owner="systems",
    departments=("信息技术部", "武汉工厂", "成都工厂"),
    functional=(
        KpiStory(
            "总部活跃用户", "当月至少完成一次审批的受邀用户占比。",
            CAPABILITY, "%", 22, 83, 85, noise=1.8, decimals=0, owner="research", source="usage",
        ),
        KpiStory(
            "武汉和成都活跃用户", "当月至少完成一次审批的受邀用户占比。",
            CAPABILITY, "%", 15, 26, 75, noise=1.5, decimals=0, owner="research", source="usage", weight=2,
            points=((-1, 15), (2, 39), (8, 26)), missing=1,
        ),
    ),
    operational=(
        KpiStory(
            "审批周期", "从提交到最后一级审批的小时数，中位数。",
            EFFICIENCY, "小时", 33, 26.5, 14, noise=0.9, owner="research", weight=2,
        ),
        KpiStory(
            "纸质申请占比", "武汉和成都工厂的纸质申请占比。",
            EFFICIENCY, "%", 97, 82, 25, noise=2, decimals=0, owner="research",
        ),
        KpiStory(
            "退回重办率", "至少被退回一次的申请占比。",
            EFFICIENCY, "%", 7.4, 6.2, 4.5, noise=0.25, owner="research",
        ),
    ),
    strategic=(
        KpiStory(
            "人均行政费用", "行政费用 ÷ 员工人数，不变工资口径。",
            FINANCIAL, "元", 1260, 1228, 1080, noise=9, decimals=0, owner="supply", weight=2,
        ),
        KpiStory(
            "先批后付比例", "审批日期早于下单日期的发票占比。",
            FINANCIAL, "%", 61, 66, 88, noise=1.0, decimals=0, owner="supply",
        ),
    ),
    lines=(
        LineStory(
            "cost", "软件许可", "软件", Stream(single={-5: 980_000}), Stream(single={-6: 980_000}),
            "3000 用户。", "capex", "one_off",
        ),
        LineStory(
            "cost", "实施服务", "服务",
            Stream(single=dict.fromkeys(range(-5, 1), 420_000)),
            Stream(single=dict.fromkeys(range(-6, 2), 415_000)),
            "人天结算。", "capex", "one_off",
        ),
        LineStory("cost", "运维", "运行", Stream(monthly=60_000), Stream(monthly=62_000), "云资源与支持。"),
        LineStory(
            "benefit", "审批人工时", "工时", Stream(monthly=130_000, ramp=6), Stream(monthly=96_000, ramp=6),
            "节省工时 × 全成本。", cashability="non_cashable",
        ),
        LineStory(
            "benefit", "付款折扣", "采购", Stream(monthly=72_000, ramp=6), Stream(monthly=66_000, ramp=7),
            "在折扣期内付款的发票。",
        ),
        LineStory(
            "benefit", "纸张与快递", "材料", Stream(monthly=21_000, ramp=3), Stream(monthly=14_000, ramp=4),
            "财务已核减的预算科目。",
        ),
    ),
    modules=(
        ModuleStory("审批流程", 3, -1, 0, 0),
        ModuleStory("差旅报销", 1, 0, 1, 1),
        ModuleStory("合同管理", 2, 5, None, None),
    ),
)  # fmt: skip

_NO_INTERFACE = "无法提供：三方物流接口升级后没有回传数据。"

WMS = ProjectStory(
    code="WMS",
    charter="outdated",
    name="智能仓储 WMS",
    description="中心仓的上架、拣选和盘点。指标依赖三方物流的接口，目前没有数据。",
    kind="WMS",
    supplier="云仓科技",
    live=10,
    delay=0,
    lead=6,
    delivery="live",
    gates=("中心仓差错率偏高。", "一个库区试点。", "价值委员会批准，计划冻结。", "中心仓按期上线。"),
    business_owner="supply",
    it_owner="systems",
    departments=("供应链部",),
    functional=(
        KpiStory(
            "终端可用率", "班次开始时可正常使用的手持终端占比。",
            EFFICIENCY, "%", 93, 98.2, 98, noise=0.4, owner="systems", source="availability",
        ),
        KpiStory(
            "系统指引拣选率", "按系统指引完成的拣选占比。",
            CAPABILITY, "%", 30, 80, 90, decimals=0, owner="supply", never=True,
        ),
        KpiStory(
            "库位数据完整率", "尺寸和承重齐全的库位占比。",
            EFFICIENCY, "%", 64, 90, 98, decimals=0, owner="supply", never=True,
        ),
    ),
    operational=(
        KpiStory(
            "拣选差错率", "每千行拣选的差错行数。",
            EFFICIENCY, "行/千行", 7.1, 5.2, 3, noise=0.3, owner="supply", missing=6, answer=_NO_INTERFACE,
        ),
        KpiStory(
            "收货到上架时间", "从到货到可用库存的小时数。",
            EFFICIENCY, "小时", 11.5, 9.4, 7, noise=0.4, owner="supply", missing=5,
        ),
    ),
    strategic=(
        KpiStory(
            "单箱物流成本", "仓储与搬运成本 ÷ 出库箱数。",
            FINANCIAL, "元", 5.9, 5.6, 5.1, noise=0.08, decimals=2, owner="supply", missing=5,
            answer=_NO_INTERFACE,
        ),
    ),
    lines=(
        LineStory(
            "cost", "终端与许可", "硬件", Stream(single={-4: 1_900_000}), Stream(single={-4: 1_860_000}),
            "手持终端 260 台。", "capex", "one_off",
        ),
        LineStory(
            "cost", "实施服务", "服务",
            Stream(single=dict.fromkeys(range(-5, 1), 520_000)),
            Stream(single=dict.fromkeys(range(-5, 1), 530_000)),
            "固定总价。", "capex", "one_off",
        ),
        LineStory("cost", "运维", "运行", Stream(monthly=80_000), Stream(monthly=82_000), "支持与备件。"),
        LineStory(
            "benefit", "搬运成本", "物流", Stream(monthly=260_000, ramp=6),
            Stream(monthly=240_000, start=12, ramp=6), "接口没有数据，尚无一个月得到确认。",
        ),
        LineStory(
            "benefit", "差错赔付避免", "质量", Stream(monthly=70_000, ramp=4),
            Stream(monthly=60_000, start=2, ramp=4),
            "减少的差错 × 平均赔付。", cashability="avoidance",
        ),
    ),
    modules=(
        ModuleStory("入库", 1, -1, 0, 0),
        ModuleStory("拣选", 2, -1, 1, None),
        ModuleStory("盘点", 1, 4, None, None),
    ),
)  # fmt: skip

PLM = ProjectStory(
    code="PLM",
    charter="none",
    name="研发 PLM",
    description="图纸、物料清单和变更在同一平台管理，上月刚刚上线。",
    kind="PLM",
    supplier="精图软件",
    live=1,
    delay=0,
    lead=8,
    delivery="live",
    gates=("图纸版本错误造成返工。", "两个产品平台试点。", "价值委员会批准，计划冻结。", "研发中心上线。"),
    business_owner="research",
    it_owner="systems",
    departments=("研发中心", "质量部"),
    functional=(
        KpiStory(
            "图纸入库率", "在系统中受控的有效图纸占比。",
            EFFICIENCY, "%", 35, 78, 95, noise=1.5, decimals=0, owner="research", ramp=1,
        ),
        KpiStory(
            "工程师接受度", "每月问卷中选择 4 分或 5 分的比例。",
            CAPABILITY, "%", 46, 61, 80, noise=2, decimals=0, owner="research", ramp=1, source="survey",
        ),
    ),
    operational=(
        KpiStory(
            "变更处理周期", "从变更申请到生效的天数。",
            EFFICIENCY, "天", 21, 12, 11, noise=0.9, owner="research", due_after=4,
        ),
        KpiStory(
            "错版图纸", "每月因错版造成的返工次数。",
            EFFICIENCY, "次", 17, 6, 5, noise=1.2, decimals=0, owner="quality", due_after=4,
        ),
    ),
    strategic=(
        KpiStory(
            "新产品上市周期", "从立项到首批发货的天数。",
            INNOVATION, "天", 312, 255, 250, noise=5, decimals=0, owner="research", due_after=8,
        ),
        KpiStory(
            "零部件重用率", "新产品中沿用已有零部件的占比。",
            FINANCIAL, "%", 38, 52, 55, noise=1.2, decimals=0, owner="research", due_after=8,
        ),
    ),
    lines=(
        LineStory(
            "cost", "软件许可", "软件", Stream(single={-7: 2_400_000}), Stream(single={-7: 2_400_000}),
            "320 名工程师。", "capex", "one_off",
        ),
        LineStory(
            "cost", "实施服务", "服务",
            Stream(single=dict.fromkeys(range(-7, 1), 480_000)),
            Stream(single=dict.fromkeys(range(-7, 1), 490_000)),
            "按里程碑支付。", "capex", "one_off",
        ),
        LineStory("cost", "运维", "运行", Stream(monthly=90_000), Stream(monthly=90_000), "支持与升级。"),
        LineStory(
            "benefit", "工程师工时", "工时", Stream(monthly=150_000, ramp=6), Stream(monthly=150_000, ramp=6),
            "节省工时 × 全成本。", cashability="non_cashable",
        ),
        LineStory(
            "benefit", "返工减少", "质量", Stream(monthly=240_000, start=4, ramp=6),
            Stream(monthly=240_000, start=4, ramp=6), "错版返工次数 × 平均损失。",
        ),
    ),
    modules=(
        ModuleStory("图纸管理", 2, -1, 0, 0),
        ModuleStory("物料清单", 2, 0, None, None),
        ModuleStory("变更管理", 1, None, None, None),
    ),
)  # fmt: skip
