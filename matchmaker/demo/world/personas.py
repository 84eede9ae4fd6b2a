"""The persons to sign in as in the demo: who they are and what each can try."""

from dataclasses import dataclass

from matchmaker.demo.world.names import make_phone
from matchmaker.models import Role


@dataclass(frozen=True, slots=True)
class DemoPersona:
    """A person to sign in as; ``scope``: code or reference that limits the role; None: no limit."""

    phone: str
    role: Role
    name_zh: str
    name_en: str
    scope: str | None
    tries_zh: str
    tries_en: str


DEMO_PERSONS: tuple[DemoPersona, ...] = (
    DemoPersona(
        make_phone(1),
        Role.SOCIAL_WORKER,
        "周敏",
        "Zhou Min",
        "XJH",
        "开启当月匹配、锁定名单、生成方案并复核结果，审批单位和资源",
        "Open the month's round, freeze, solve and review it; approve organisations and offers",
    ),
    DemoPersona(
        make_phone(2),
        Role.SOCIAL_WORKER,
        "钱立",
        "Qian Li",
        "XJH",
        "作为第二人发布周敏运行的结果",
        "Publish, as the second person, what Zhou Min ran",
    ),
    DemoPersona(
        make_phone(3),
        Role.COORDINATOR,
        "陆晓东",
        "Lu Xiaodong",
        "S01",
        "管理乐汇为老服务中心的志愿者和探访资源，查看本月安排",
        "Manage the volunteers and visits of Lehui Elder Services; see this month's list",
    ),
    DemoPersona(
        make_phone(4),
        Role.COORDINATOR,
        "沈佳怡",
        "Shen Jiayi",
        "E04",
        "登记、提交和暂停申禾食品的米油等物资",
        "Post, submit and pause the goods of Shenhe Foods",
    ),
    DemoPersona(
        make_phone(5),
        Role.COORDINATOR,
        "顾文斌",
        "Gu Wenbin",
        "F01",
        "查看汇爱社区基金会的加梯补贴和困难补助",
        "See the lift subsidies and hardship money of Hui'ai Community Foundation",
    ),
    DemoPersona(
        make_phone(6),
        Role.COMMITTEE_WORKER,
        "王洁",
        "Wang Jie",
        "C01",
        "在梧桐一村核实需求，替居民代录心愿并记录同意",
        "Verify needs of Wutong First Village; post for residents with their consent",
    ),
    DemoPersona(
        make_phone(7),
        Role.COMMITTEE_WORKER,
        "何志刚",
        "He Zhigang",
        "C09",
        "在石榴坊核实需求和对象类别",
        "Verify needs and statuses of Shiliu Lane",
    ),
    DemoPersona(
        make_phone(8),
        Role.RESIDENT,
        "王阿婆",
        "Granny Wang",
        "R00001",
        "独居老人：看看探访、上门理发和收音机的心愿到了哪一步",
        "Lives alone: follow her elder visit, haircut and radio",
    ),
    DemoPersona(
        make_phone(9),
        Role.RESIDENT,
        "李师傅",
        "Mr Li",
        "R00002",
        "残疾、低保：查看加梯补贴和就医接送",
        "Disabled, low income: follow his lift subsidy and drive to hospital",
    ),
    DemoPersona(
        make_phone(10),
        Role.RESIDENT,
        "陈女士",
        "Ms Chen",
        "R00003",
        "单亲妈妈：查看孩子的辅导和助学金，提交草稿",
        "A mother alone: follow tutoring and student aid, submit a draft",
    ),
    DemoPersona(
        make_phone(11),
        Role.VOLUNTEER,
        "张桂芳",
        "Zhang Guifang",
        "V0001",
        "查看自己本月的探访安排",
        "See her own visits of this month",
    ),
    DemoPersona(
        make_phone(12),
        Role.ADMINISTRATOR,
        "郑宇航",
        "Zheng Yuhang",
        None,
        "管理账号和邀请码，看不到居民资料",
        "Manage accounts and invitations, without any resident's data",
    ),
    DemoPersona(
        make_phone(13),
        Role.AUDITOR,
        "许静怡",
        "Xu Jingyi",
        None,
        "查验日志链和每一轮的结果",
        "Check the audit chain and each round's result",
    ),
)
