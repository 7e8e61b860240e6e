"""Hindi as it is typed in Latin letters, told by its words; no n-gram model here knows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import regex

_OWN_WORDS: Final = (
    "aaj aap aapka aapke aapki aapko aapse aata aate aati aaya aaye aayega aayegi aayi abhi "
    "accha acchi achha achhe achi aisa aise aisi apka apke apki apko apna apne apni apse aukat "
    "aur baatein bachcho bachha bacho bachpan bada bade badi bahot bahut bakwaas bakwas banane "
    "banaya banti batana batao bataya behen bhai bhaiya bhaiyo bhaiyya bhe bhi bhool bhot bht "
    "bhul bhut bilkul bohot boht bohut bole bolna bolta bolte bolti bura chahiye chahta chahte "
    "chahti chala chalega chalegi chalo chalta chalte chhota chota choti chutiya chutiye dega "
    "dekh dekha dekhi dekhiyo dekhna dekhne dekho denge desh dhanyavad dhanyawad dikha dikhta "
    "dimag diya duniya galat galti gaye gayi ghar gya gye gyi haan hain hamara hamare hamari "
    "hame hamein hamesha hindustan hmko hoga hogi hona hone honge hoon hota hote hoti hua hue "
    "hum humara humare humari humein huye idhar inka inke inki inko intezar iska iske iski isko "
    "itna itne itni jaata jaate jaati jab jaega jaenge jaisa jaise jaisi jaldi jaroor jarur "
    "jata jate jaye jayega jayenge jindagi jiska jisko jitna jitni jyada kaafi kaam kabhi kabi "
    "kafi kaha kahan kaisa kaise kaisi kardo karega karenge karke karna karne karte kaun kbhi "
    "kehta khana khane kharab khatam khel khilaf khud khush khushi kijiye kise kisi kisko kitna "
    "kitne kitni kiya koun krega krenge kripaya kripya krna krne kro krta krte kuch kuchh kutta "
    "kutte kya kyon kyu kyuki kyun kyunke kyunki ladka ladke ladki lagta lagte lagti launda "
    "lekin likha liya liye magar maine matlab mehnat milega milne milte mjhe muje mujhe mujhko "
    "musalman mushkil nahi nahin namaskar namaste nhi paani padega padh padhna padhta pahle "
    "pehle phir piche pichhe purana purani pyar raat rahe rahi rakha rakho rehta rehte rha rhe "
    "rhi saala saath sabka sabke sabki sabko sabse sahi sakta sakte samajh samjha samjho shadi "
    "shukriya sirf skta skte soch socho sochta subah teri tha theek thik thoda thode thodi "
    "tmhara tmhari tmhe toh tujhe tumhara tumhare tumhari tumhe udhar unhe unhone unka unke "
    "unki unko uska uske uski uss utna waha wahan wahi waise wale walo wapas woh yaad yaar yaha "
    "yahan yahi zaroor zarur zindabad zindagi zindgi zyada"
)
"""Words of hardly any other language, in the spellings of posts (umsab's training part)."""
_SHARED_WORDS: Final = (
    "ab acha ache agar aya aye ayi baat bahan bas bata bola bolo dil diye dosti dunia ek fir "
    "gaya hai hi ho hu isi ji jis jise jo ka kal kam kar karo karta ke ki ko koi kr laga lage "
    "log mai main mast mat me mein mera mere meri mila mubarak naam nai naya pagal par pata "
    "pura puri raha sab sala sath se tab tera tere thi tu tum tune usko usse vo wala wali wo "
    "yad ye yeh yr"
)
"""Words of other languages too: half the evidence."""
_OWN, _SHARED = frozenset(_OWN_WORDS.split()), frozenset(_SHARED_WORDS.split())
_VERB: Final = "hai"
"""Is; it ends what is said in Hindi, and greets in Indonesian."""
_ENOUGH: Final = 0.2
"""Share of the words. Of 115,430 posts in seven other languages five are told as Hindi; each has
Hindi or Urdu in it."""
_DOUBLED: Final = regex.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Evidence:
    """How many of `words` are Hindi alone, and how many are Hindi among others."""

    own: int
    shared: int
    words: int

    @property
    def is_plain(self) -> bool:
        """Whether it is Hindi, whatever else it looks like."""
        return self.own > 0 and self._weight >= 2 and self._is_enough

    @property
    def is_fair(self) -> bool:
        """Whether it is Hindi where nothing speaks for another language."""
        return self._is_enough and (self.own > 0 or self.shared >= 3)

    @property
    def is_some(self) -> bool:
        """Whether it is the best guess where nothing else speaks."""
        return self.own > 0 or self._weight >= 0.25 * self.words > 0

    @property
    def sure(self) -> float:
        """Probability that it is."""
        return float(1.0 - 0.5 ** (self._weight + 1.0)) if self._weight else 0.0

    @property
    def _weight(self) -> float:
        return self.own + self.shared / 2

    @property
    def _is_enough(self) -> bool:
        return self._weight >= _ENOUGH * self.words


def evidence(words: Sequence[str]) -> Evidence:
    """What lower-case words without signs say for romanised Hindi, each word once."""
    own = shared = 0
    each = dict.fromkeys(words)
    for at, word in enumerate(each):
        single = _DOUBLED.sub(r"\1", word)
        if word in _OWN or single in _OWN or (at and single == _VERB):
            own += 1
        elif word in _SHARED or single in _SHARED:
            shared += 1
    return Evidence(own, shared, len(each))
