"""The persons to sign in as in the demo: who they are and what each can try."""

from dataclasses import dataclass

from matchmaker.demo.world.names import make_phone
from matchmaker.models import Role


@dataclass(frozen=True, slots=True)
class DemoPersona:
    """A person to sign in as.

    ``scope``: the code or reference that limits the role; None: no limit.
    """

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
        "看本月走到哪一步：谁还没答复、哪里空出了名额；开启下个月，审批资源",
        "Follow the month: who has not answered, what is free; open the next one, check offers",
    ),
    DemoPersona(
        make_phone(2),
        Role.SOCIAL_WORKER,
        "钱立",
        "Qian Li",
        "XJH",
        "作为第二人采纳周敏为空出名额找到的安排、发布结果，答复不满意的反馈",
        "Keep, as the second person, what Zhou Min finds; publish, answer complaints",
    ),
    DemoPersona(
        make_phone(3),
        Role.COORDINATOR,
        "陆晓东",
        "Lu Xiaodong",
        "S01",
        "替乐汇为老服务中心答复安排、记下办成的探访，管理志愿者",
        "Answer for Lehui Elder Services, write down visits that were made, manage its volunteers",
    ),
    DemoPersona(
        make_phone(4),
        Role.COORDINATOR,
        "沈佳怡",
        "Shen Jiayi",
        "E04",
        "看申禾食品的米油发给谁、哪天领，登记和暂停物资",
        "See who fetches the goods of Shenhe Foods and when; post and pause goods",
    ),
    DemoPersona(
        make_phone(5),
        Role.COORDINATOR,
        "顾文斌",
        "Gu Wenbin",
        "F01",
        "看汇爱社区基金会的加梯补贴和困难补助，定发放日期",
        "See the money of Hui'ai Community Foundation and set the days on which it is paid",
    ),
    DemoPersona(
        make_phone(6),
        Role.COMMITTEE_WORKER,
        "王洁",
        "Wang Jie",
        "C01",
        "给梧桐一村没有账号的居民打电话：这样行吗、办得怎样；核实需求、代录心愿",
        "Ring who has no account in Wutong First Village: does it suit, how was it; check needs",
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
        "独居老人：说说上个月的探访怎么样，看看这个月谁哪天来",
        "Lives alone: say how last month's visit was, see who comes when this month",
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
        "看接下来去哪几家、几点到，看自己帮过的忙",
        "See where she goes next and when, and what she gave",
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
