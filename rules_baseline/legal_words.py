"""Legal bases and sources of limits in Chinese (依据): they are written once, with English connecting words."""

from __future__ import annotations

import re
from functools import lru_cache

_EXCHANGES = {
    "SHFE": "上期所",
    "INE": "能源中心",
    "DCE": "大商所",
    "CZCE": "郑商所",
    "CFFEX": "中金所",
    "GFEX": "广期所",
}
_PHRASES: tuple[tuple[str, str], ...] = (  # longest first within one subject; a pattern, and what stands for it
    (
        r"choice of this project: no exchange publishes a number; have compliance set it",
        "本项目自定；交易所未公布数值，请合规部门核定",
    ),
    (
        r"the raw table position_limits, filled by the broker from the exchanges' notices",
        "持仓限额表 position_limits（公司按交易所通知填写）",
    ),
    (r"the limits are the table position_limits", "限额见持仓限额表 position_limits"),
    (
        r"(\w+) in April 2023 \(OTR > 2 only\), as restated in the public account of the (\w+) case of ([\d-]+)",
        r"\1 品种 2023年4月（仅 OTR > 2），据 \3 \2 案公开报道转述",
    ),
    (r"the firm's own risk watch", "公司自定风险监测"),
    (r"the firm's own watch( \(\w+\))?", r"公司自定监测\1"),
    (r"numbers are the firm's own", "数值由公司自定"),
    (r"no exchange publishes a number", "交易所未公布数值"),
    (r"anti-money-laundering duty of futures firms", "期货公司反洗钱义务"),
    (r"reporting of accounts under one actual control \(实际控制关系账户\)", "实际控制关系账户申报"),
    (r"finding unreported accounts under one actual control", "发现未申报的实际控制账户"),
    (r"real-name accounts and the ban on out-of-market margin lending \(场外配资\)", "账户实名制及禁止场外配资"),
    (r" \(trading between one's own accounts\)", "（自己控制的账户之间交易）"),
    (r" \(trading by agreement\)", "（相互串通交易）"),
    (r"the exchanges' ", "各交易所"),
    (r"like articles of the other exchanges", "其他交易所同类条款"),
    (r"by analogy with ", "比照"),
    (r"INE by analogy", "能源中心比照适用"),
    (r" \(same structure of the rules\)", "（规则结构相同）"),
    (r"exchange notices? of ([\d-]+)", r"交易所 \1 通知"),
    (r"trading-limit notices \(交易限额\)", "交易限额通知"),
    (r"supplementary notice of ([\d-]+)( on abnormal trading)?", r"\1 异常交易补充通知"),
    (r"notice of ([\d-]+) on collecting order fees", r"\1 收取申报费通知"),
    (r"notice of ([\d-]+)", r"\1 通知"),
    (r"amendment of ([\d-]+)", r"\1 修订"),
    (r"later revision of ([\d-]+) not seen in full", r"\1 再次修订，未见全文"),
    (r"monthly reports list it", "月度通报列示"),
    (r"limits by notice( \(交易限额\))?", "交易限额以通知为准"),
    (r"table of (\w+) order fees \(after mid-2025(, date of the page unknown)?\)", r"\1 申报费表（2025年年中以后\2）"),
    (r", date of the page unknown", "，页面日期不详"),
    (r"tiers above ([\d,]+) cut off", r"\1 以上档位缺失"),
    (r"listed options, by option month", "上市期权按期权月份"),
    (r"options by underlying contract", "期权按标的合约"),
    (
        r"limit orders without FAK/FOK released on contracts with 申报费",
        "收取申报费的合约上，不带 FAK/FOK 的限价单不再计入",
    ),
    (r"FOK/FAK count, other orders on contracts with 申报费 do not", "FOK/FAK 计入，收取申报费合约的其他报单不计入"),
    (r"index futures: (\d+) cancels, (\d+) self-trades", r"股指期货撤单 \1 次、自成交 \2 次"),
    (r"(\d+) lots a contract \(index futures, from ([\d-]+)\)", r"每合约 \1 手（股指期货，\2 起）"),
    (r"options (\d+) a product, (\d+) a month", r"期权每品种 \1 手、每月份 \2 手"),
    (r"停板报撤单: (\d+) cancels; severe: and ([\d,]+) lots", r"停板报撤单 \1 次；情节严重：另达 \2 手"),
    (
        r"numbers repeated by broker tables of (\d+), not checked against ",
        r"数值据 \1 年期货公司列表转述，未与以下公告核对：",
    ),
    (r"numbers as restated by broker tables of ([\d-]+)", r"数值据 \1 年期货公司列表转述"),
    (r"numbers as restated by broker tables", "数值据期货公司列表转述"),
    (r"as restated by broker tables", "据期货公司列表转述"),
    (r"as restated by news and brokers", "据新闻及期货公司转述"),
    (r"as restated by (a broker|brokers)", "据期货公司转述"),
    (r"and later standards", "及后续标准"),
    (r"seen in full", "已见全文"),
    (r"dates? (is a choice|are choices)", "日期为自定"),
    (r"date as SHFE", "日期同上期所"),
    (r"in force ([\d-]+)", r"\1 起施行"),
    (r"from the night of ([\d-]+)", r"\1 夜盘起"),
    (r"from ([\d-]+)", r"\1 起"),
    (r"revised ([\d-]+)", r"\1 修订"),
    (r"\(([\d-]+) text\)", r"（\1 文本）"),
    (r"(号) of ([\d-]+)", r"\1（\2）"),
    (r"\(as (\S+号)\)", r"（即\1）"),
    (r"with 证监会", "及证监会"),
    (r"e\.g\. palm oil ([\d,]+) lots", r"如棕榈油 \1 手"),
    (r"e\.g\. ", "如 "),
    (r"([\d,]+) lots", r"\1 手"),
    (r", art\. on 停板报撤单", "停板报撤单条款"),
    (r" and ", "、"),
)
_ARTICLE = r"\d+(?:\(\d+\))?"
_ARTICLES = re.compile(rf",? art\. ({_ARTICLE}(?:, {_ARTICLE})*)(?![\d-])")


_ENGLISH = re.compile(r"(?<![A-Za-z_])[a-z]{3,}(?![A-Za-z_])")  # a word, but no name of an order, product or table


@lru_cache(maxsize=1024)  # every reason names a basis, of which there are as many as rules; eighty patterns each
def chinese(text: str) -> str:
    """A basis or source with its English words in Chinese; one with a word that is not known stays as it is.

    >>> chinese("SHFE 异常交易行为管理办法 (上期公告〔2025〕87号) art. 5(1), 6; like articles of the other exchanges")
    '上期所异常交易行为管理办法（上期公告〔2025〕87号）第5条第(1)项、第6条；其他交易所同类条款'
    """
    written = text
    text = _ARTICLES.sub(lambda found: _articles(found[1]), text)
    for pattern, words in _PHRASES:
        text = re.sub(pattern, words, text)
    for code, name in _EXCHANGES.items():
        text = re.sub(rf"(?<![A-Za-z]){code}(?![A-Za-z]) ?", name, text)
    # of a broker's own English words some are known by chance: half a translation says something else
    return _punctuated(text) if not _ENGLISH.search(text) else written


def _articles(listed: str) -> str:
    parts = [re.fullmatch(r"(\d+)(?:\((\d+)\))?", one) for one in listed.split(", ")]
    return "、".join(f"第{one[1]}条" + (f"第({one[2]})项" if one[2] else "") for one in parts if one)


def _punctuated(text: str) -> str:
    """Chinese marks between Chinese words, and no space beside them."""
    text = re.sub(r" ?\((?!\d\))([^()]*[\u4e00-\u9fff\d][^()]*)\)", r"（\1）", text.replace("; ", "；"))
    text = re.sub(r"(?<=[\u4e00-\u9fff）])(, |: )", lambda found: "，" if found[1][0] == "," else "：", text)
    text = re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)
    return re.sub(r" ?([，；：（）、]) ?", r"\1", text)
