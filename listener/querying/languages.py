"""The languages that a query may name, and which one was meant by another word."""

from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from typing import Final

_TABLE: Final = """
aa aar Afar; ab abk Abkhazian; ae ave Avestan; af afr Afrikaans; ak aka Akan; am amh Amharic; an
arg Aragonese; ar ara Arabic; as asm Assamese; av ava Avaric; ay aym Aymara; az aze Azerbaijani;
ba bak Bashkir; be bel Belarusian; bg bul Bulgarian; bi bis Bislama; bm bam Bambara; bn ben
Bengali; bo bod/tib Tibetan; br bre Breton; bs bos Bosnian; ca cat Catalan; ce che Chechen; ch
cha Chamorro; co cos Corsican; cr cre Cree; cs ces/cze Czech; cu chu Slavonic; cv chv Chuvash;
cy cym/wel Welsh; da dan Danish; de deu/ger German; dv div Divehi; dz dzo Dzongkha; ee ewe Ewe;
el ell/gre Greek; en eng English; eo epo Esperanto; es spa Spanish; et est Estonian; eu eus/baq
Basque; fa fas/per Persian; ff ful Fulah; fi fin Finnish; fj fij Fijian; fo fao Faroese; fr
fra/fre French; fy fry Frisian; ga gle Irish; gd gla Scottish Gaelic; gl glg Galician; gn grn
Guarani; gu guj Gujarati; gv glv Manx; ha hau Hausa; he heb Hebrew; hi hin Hindi; ho hmo Hiri
Motu; hr hrv Croatian; ht hat Haitian; hu hun Hungarian; hy hye/arm Armenian; hz her Herero; ia
ina Interlingua; id ind Indonesian; ie ile Interlingue; ig ibo Igbo; ii iii Sichuan Yi; ik ipk
Inupiaq; io ido Ido; is isl/ice Icelandic; it ita Italian; iu iku Inuktitut; ja jpn Japanese; jv
jav Javanese; ka kat/geo Georgian; kg kon Kongo; ki kik Kikuyu; kj kua Kuanyama; kk kaz Kazakh;
kl kal Kalaallisut; km khm Khmer; kn kan Kannada; ko kor Korean; kr kau Kanuri; ks kas Kashmiri;
ku kur Kurdish; kv kom Komi; kw cor Cornish; ky kir Kyrgyz; la lat Latin; lb ltz Luxembourgish;
lg lug Ganda; li lim Limburgan; ln lin Lingala; lo lao Lao; lt lit Lithuanian; lu lub
Luba-Katanga; lv lav Latvian; mg mlg Malagasy; mh mah Marshallese; mi mri/mao Maori; mk mkd/mac
Macedonian; ml mal Malayalam; mn mon Mongolian; mr mar Marathi; ms msa/may Malay; mt mlt
Maltese; my mya/bur Burmese; na nau Nauru; nb nob Bokmål; nd nde North Ndebele; ne nep Nepali;
ng ndo Ndonga; nl nld/dut Dutch; nn nno Nynorsk; no nor Norwegian; nr nbl South Ndebele; nv nav
Navajo; ny nya Chichewa; oc oci Occitan; oj oji Ojibwa; om orm Oromo; or ori Oriya; os oss
Ossetian; pa pan Punjabi; pi pli Pali; pl pol Polish; ps pus Pashto; pt por Portuguese; qu que
Quechua; rm roh Romansh; rn run Rundi; ro ron/rum Romanian; ru rus Russian; rw kin Kinyarwanda;
sa san Sanskrit; sc srd Sardinian; sd snd Sindhi; se sme Northern Sami; sg sag Sango; sh hbs
Serbo-Croatian; si sin Sinhala; sk slk/slo Slovak; sl slv Slovenian; sm smo Samoan; sn sna
Shona; so som Somali; sq sqi/alb Albanian; sr srp Serbian; ss ssw Swati; st sot Southern Sotho;
su sun Sundanese; sv swe Swedish; sw swa Swahili; ta tam Tamil; te tel Telugu; tg tgk Tajik; th
tha Thai; ti tir Tigrinya; tk tuk Turkmen; tl tgl Tagalog; tn tsn Tswana; to ton Tonga; tr tur
Turkish; ts tso Tsonga; tt tat Tatar; tw twi Twi; ty tah Tahitian; ug uig Uyghur; uk ukr
Ukrainian; ur urd Urdu; uz uzb Uzbek; ve ven Venda; vi vie Vietnamese; vo vol Volapük; wa wln
Walloon; wo wol Wolof; xh xho Xhosa; yi yid Yiddish; yo yor Yoruba; za zha Zhuang; zh zho/chi
Chinese; zu zul Zulu
"""
"""ISO 639: the code of two letters, those of three, the name."""

_COUNTRIES: Final = {
    "at": "de", "cn": "zh", "cz": "cs", "dk": "da", "gb": "en", "gr": "el",
    "jp": "ja", "kr": "ko", "rs": "sr", "tw": "zh", "ua": "uk", "us": "en", "vn": "vi",
}  # fmt: skip
"""Written for the language spoken there; those that are a language's code too are left out."""

_OTHERWISE: Final = {
    "brazilian": "pt", "cantonese": "zh", "castellano": "es", "dansk": "da", "deutsch": "de",
    "español": "es", "farsi": "fa", "français": "fr", "francais": "fr", "italiano": "it",
    "mandarin": "zh", "nederlands": "nl", "norsk": "no", "polski": "pl", "português": "pt",
    "suomi": "fi", "svenska": "sv", "türkçe": "tr", "русский": "ru", "українська": "uk",
    "中文": "zh", "日本語": "ja", "한국어": "ko",
}  # fmt: skip

_RETIRED: Final = frozenset({"in", "iw", "ji", "jw", "mo"})
"""Codes that platforms still use: X names Indonesian and Hebrew so."""


@cache
def _known() -> tuple[frozenset[str], Mapping[str, str]]:
    codes, meant = set(_RETIRED), _COUNTRIES | _OTHERWISE
    for row in _TABLE.replace("\n", " ").split(";"):
        code, longer, name = row.split(maxsplit=2)
        codes.add(code)
        meant |= dict.fromkeys((*longer.split("/"), name.casefold()), code)
    return frozenset(codes), {word: code for word, code in meant.items() if word not in codes}


def is_language(tag: str) -> bool:
    """Whether a post may be in it: a code of two letters, or of three where there is none of two.

    What follows a hyphen or underscore, a region or a script, may be anything.
    """
    code = _code(tag)
    codes, meant = _known()
    is_longer = len(code) == 3 and code.isascii() and code.isalpha()
    return code in codes or (is_longer and code not in meant)


def language_meant(tag: str) -> str | None:
    """The code of the language that a wrong word is nearest to."""
    code = _code(tag)
    _, meant = _known()
    near = get_close_matches(code, meant, 1, cutoff=0.8) if len(code) > 3 else []
    return meant.get(code) or (meant[near[0]] if near else None)


def _code(tag: str) -> str:
    return tag.casefold().replace("_", "-").partition("-")[0]
