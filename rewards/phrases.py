"""The wordings of a thank-you, by language. Calm, addressed to the deed, selling nothing.

A body is one opening and one second sentence. Slots: `{who}` is the person thanked, `{helped}`
the one they helped, `{topic}` the title of the thread in quotation marks. The wordings avoid
forms that depend on gender or on how formally people address each other.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Phrases:
    """One language. `praise` stands alone; the others follow an opening."""

    quotes: tuple[str, str]
    openings: tuple[str, ...]
    accepted: tuple[str, ...]
    thanked: tuple[str, ...]
    praise: tuple[str, ...]


ENGLISH: Final = Phrases(
    quotes=("“", "”"),
    openings=(
        "Thank you, {who}, for your answer on {topic}.",
        "{who}, thank you for taking the time for {topic}.",
        "That was a useful answer on {topic}, {who}. Thank you.",
        "Thank you for helping {helped} with {topic}, {who}.",
        "{who}, it was good of you to look into {topic}. Thank you.",
        "Your answer to {topic} made a difference, {who}. Thank you.",
        "Thank you for helping {helped}, {who}.",
        "{who}, thank you for the time you gave {helped}.",
        "Thank you for this answer, {who}.",
        "{who}, thank you for stepping in here.",
    ),
    accepted=(
        "The answer was accepted, so whoever asks next will find it.",
        "An accepted answer spares others the search.",
        "{helped} marked the answer as the solution.",
        "Being accepted, the answer will keep helping long after today.",
    ),
    thanked=(
        "{helped} wrote back that it helped.",
        "The reply from {helped} shows that it arrived.",
        "Going by the reply, it was worth the effort.",
        "Answers like this are why people ask here.",
        "Your help did not go unnoticed.",
    ),
    praise=(
        "Thank you for writing this, {who}. It is good to read.",
        "{who}, thank you for telling us. We do not take it for granted.",
        "That is kind of you, {who}. Thank you for taking a moment to say it.",
        "Thank you, {who}. Hearing what works helps us as much as hearing what does not.",
        "Your words about {topic} reached us, {who}. Thank you.",
    ),
)

GERMAN: Final = Phrases(
    quotes=("„", "“"),
    openings=(
        "Danke, {who}, für die Antwort zu {topic}.",
        "{who}, danke für die Zeit, die in {topic} geflossen ist.",
        "Das war eine nützliche Antwort zu {topic}, {who}. Danke.",
        "Danke für die Hilfe an {helped} bei {topic}, {who}.",
        "Die Antwort zu {topic} hat etwas bewirkt, {who}. Danke.",
        "Danke für die Hilfe an {helped}, {who}.",
        "{who}, danke für die Zeit, die {helped} hier bekommen hat.",
        "Danke für diese Antwort, {who}.",
        "{who}, danke fürs Einspringen.",
    ),
    accepted=(
        "Die Antwort wurde angenommen, so findet sie auch, wer als Nächstes fragt.",
        "Eine angenommene Antwort erspart anderen das Suchen.",
        "{helped} hat die Antwort als Lösung markiert.",
        "Die Antwort ist angenommen und hilft noch lange nach heute.",
    ),
    thanked=(
        "{helped} schreibt, dass es geholfen hat.",
        "Die Rückmeldung von {helped} zeigt, dass es angekommen ist.",
        "Nach der Rückmeldung zu urteilen, war es die Mühe wert.",
        "Wegen solcher Antworten fragt man hier gern.",
        "Diese Hilfe ist nicht unbemerkt geblieben.",
    ),
    praise=(
        "Danke für diese Zeilen, {who}. Das liest man gern.",
        "{who}, danke für die Rückmeldung. Selbstverständlich ist das nicht.",
        "Das ist sehr freundlich, {who}. Danke für den Moment, den das gekostet hat.",
        "Danke, {who}. Zu hören, was gelingt, hilft so sehr wie das, was fehlt.",
    ),
)

SPANISH: Final = Phrases(
    quotes=("«", "»"),
    openings=(
        "Gracias, {who}, por la respuesta sobre {topic}.",
        "{who}, gracias por dedicar tiempo a {topic}.",
        "Fue una respuesta útil sobre {topic}, {who}. Gracias.",
        "Gracias por ayudar a {helped} con {topic}, {who}.",
        "La respuesta a {topic} marcó la diferencia, {who}. Gracias.",
        "Gracias por ayudar a {helped}, {who}.",
        "{who}, gracias por el tiempo dedicado a {helped}.",
        "Gracias por esta respuesta, {who}.",
        "{who}, gracias por echar una mano aquí.",
    ),
    accepted=(
        "La respuesta quedó aceptada, así que la encontrará quien pregunte después.",
        "Una respuesta aceptada ahorra la búsqueda a los demás.",
        "{helped} marcó la respuesta como solución.",
        "La respuesta está aceptada y seguirá ayudando mucho después de hoy.",
    ),
    thanked=(
        "{helped} cuenta que le sirvió.",
        "La reacción de {helped} muestra que llegó bien.",
        "Por lo que se lee después, valió la pena.",
        "Por respuestas así da gusto preguntar aquí.",
        "Esta ayuda no pasó desapercibida.",
    ),
    praise=(
        "Gracias por escribirlo, {who}. Da gusto leerlo.",
        "{who}, gracias por contarlo. No lo damos por hecho.",
        "Es muy amable, {who}. Gracias por tomarse un momento para decirlo.",
        "Gracias, {who}. Saber qué funciona ayuda tanto como saber qué falla.",
    ),
)

FRENCH: Final = Phrases(
    quotes=("«\N{NO-BREAK SPACE}", "\N{NO-BREAK SPACE}»"),
    openings=(
        "Merci, {who}, pour la réponse sur {topic}.",
        "{who}, merci pour le temps consacré à {topic}.",
        "C’était une réponse utile sur {topic}, {who}. Merci.",
        "Merci pour l’aide apportée à {helped} sur {topic}, {who}.",
        "La réponse à {topic} a fait la différence, {who}. Merci.",
        "Merci pour l’aide apportée à {helped}, {who}.",
        "{who}, merci pour le temps donné à {helped}.",
        "Merci pour cette réponse, {who}.",
        "{who}, merci pour le coup de main.",
    ),
    accepted=(
        "La réponse a été acceptée, et qui posera la question ensuite la trouvera.",
        "Une réponse acceptée évite aux autres de chercher.",
        "{helped} a marqué la réponse comme solution.",
        "La réponse est acceptée et aidera encore longtemps après aujourd’hui.",
    ),
    thanked=(
        "{helped} confirme que cela a aidé.",
        "Le retour de {helped} montre que c’était utile.",
        "À lire la suite, cela en valait la peine.",
        "C’est pour de telles réponses qu’on aime demander ici.",
        "Cette aide n’est pas passée inaperçue.",
    ),
    praise=(
        "Merci de l’avoir écrit, {who}. C’est agréable à lire.",
        "{who}, merci pour ce retour. Il n’a rien d’évident pour nous.",
        "C’est très aimable, {who}. Merci pour le temps pris à le dire.",
        "Merci, {who}. Savoir ce qui marche aide autant que savoir ce qui manque.",
    ),
)

PORTUGUESE: Final = Phrases(
    quotes=("“", "”"),
    openings=(
        "Agradecemos, {who}, a resposta sobre {topic}.",
        "{who}, agradecemos o tempo dedicado a {topic}.",
        "Foi uma resposta útil sobre {topic}, {who}. Agradecemos.",
        "Agradecemos a ajuda dada a {helped} em {topic}, {who}.",
        "A resposta a {topic} fez diferença, {who}. Agradecemos.",
        "Agradecemos a ajuda dada a {helped}, {who}.",
        "{who}, agradecemos o tempo dado a {helped}.",
        "Agradecemos esta resposta, {who}.",
        "{who}, agradecemos a mãozinha aqui.",
    ),
    accepted=(
        "A resposta foi aceita, e quem perguntar depois vai encontrá-la.",
        "Uma resposta aceita poupa a busca aos outros.",
        "{helped} marcou a resposta como solução.",
        "A resposta está aceita e vai ajudar muito depois de hoje.",
    ),
    thanked=(
        "{helped} contou que ajudou.",
        "O retorno de {helped} mostra que deu certo.",
        "Pelo que se lê depois, valeu a pena.",
        "Por respostas assim vale a pena perguntar aqui.",
        "Essa ajuda não passou despercebida.",
    ),
    praise=(
        "Agradecemos as palavras, {who}. É bom ler isso.",
        "{who}, agradecemos o retorno. Para nós não é algo óbvio.",
        "É muita gentileza, {who}. Agradecemos o momento dedicado a dizer isso.",
        "Agradecemos, {who}. Saber o que funciona ajuda tanto quanto saber o que falta.",
    ),
)

JAPANESE: Final = Phrases(
    quotes=("「", "」"),
    openings=(
        "{who} さん、{topic}へのご回答をありがとうございます。",
        "{who} さん、{topic}のために時間を割いてくださり、ありがとうございます。",
        "{topic}について役に立つご回答でした。{who} さん、ありがとうございます。",
        "{who} さん、{topic}で {helped} さんを助けてくださり、ありがとうございます。",
        "{who} さん、{helped} さんを助けてくださり、ありがとうございます。",
        "{helped} さんのために時間を割いてくださった {who} さんに感謝します。",
        "{who} さん、ご回答をありがとうございます。",
        "手を差し伸べてくださった {who} さんに感謝します。",
    ),
    accepted=(
        "承認された回答として、次に質問する方にも見つけやすくなりました。",
        "同じ疑問を持つ方が探し回らずに済みます。",
        "{helped} さんが解決策として選んでいます。",
        "承認された回答は、これからも長く役に立ちます。",
    ),
    thanked=(
        "{helped} さんから助かったとの返事がありました。",
        "{helped} さんの返事からも、役に立ったことが伝わってきます。",
        "その後のやり取りを読むと、手間をかけた甲斐があったようです。",
        "こうした回答があるから、ここで質問できるのだと思います。",
        "このご協力はちゃんと届いています。",
    ),
    praise=(
        "{who} さん、書いてくださりありがとうございます。うれしく読みました。",
        "{who} さん、お知らせくださりありがとうございます。当たり前のことではないと思っています。",
        "{who} さん、温かいお言葉をありがとうございます。",
        "{who} さん、ありがとうございます。うまくいっている点を伺えるのも大きな助けになります。",
    ),
)

PHRASES: Final = {
    "en": ENGLISH,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
    "pt": PORTUGUESE,
    "ja": JAPANESE,
}
