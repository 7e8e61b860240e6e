"""Find what each query is looked for: our mentions, those of competitors, and what is left out."""

from collections.abc import Mapping, Sequence

from listener.match import Match, Matcher
from listener.matching.document import Said
from listener.matching.fields import Detect
from listener.query import EVERYTHING
from listener.settings import Role


def _unknown(_text: str) -> str:
    return "und"


class RoledMatcher(Matcher):
    """A matcher of queries by their roles.

    What a query of role exclude matches matches no brand query. A post to a handle of ours matches
    the brand's queries only: it is no mention of a competitor.
    """

    def __init__(
        self,
        queries: Mapping[Role, Mapping[str, str]],
        own_handles: Sequence[str] = (),
        *,
        detect: Detect = _unknown,
    ) -> None:
        super().__init__(queries.get(Role.BRAND, {}), own_handles, detect=detect)
        competitors = queries.get(Role.COMPETITOR, {})
        self.competitors = frozenset(competitors)
        self._competitors = Matcher(competitors, detect=detect) if competitors else None
        excludes = queries.get(Role.EXCLUDE, {})
        self._excludes = Matcher(excludes, detect=detect) if excludes else None

    def match(self, post: Said) -> list[Match]:
        """Each query of brand or competitor that matches, with its spans."""
        found = super().match(post)
        if found and self._excludes is not None and self._excludes.matches(post):
            found = []
        return found if self._competitors is None else [*found, *self._competitors.match(post)]

    def match_many(self, posts: Sequence[Said]) -> dict[int, list[Match]]:
        """The matches of brand and competitors, by the posts' numbers; those without any lack."""
        found = self._ours(posts)
        if self._competitors is not None:
            for number, matches in self._competitors.match_many(posts).items():
                found[number] = [*found.get(number, ()), *matches]
        return found

    def _ours(self, posts: Sequence[Said]) -> dict[int, list[Match]]:
        found = super().match_many(posts)
        if self._excludes is None or not found:
            return found
        numbers = list(found)
        left_out = self._excludes.match_many([posts[number] for number in numbers])
        return {one: found[one] for at, one in enumerate(numbers) if at not in left_out}


def is_ours(match: Match, matcher: Matcher) -> bool:
    """Whether a match names our brand: no competitor's does, nor does the query for every post."""
    theirs = matcher.competitors if isinstance(matcher, RoledMatcher) else frozenset()
    return match.query != EVERYTHING and match.query not in theirs
