"""An OpenAI-compatible endpoint on loopback, which says what it is told to say."""

from typing import Any

from tests.peers.http import HttpServer, Reply, Request


def completion(words: Any, **changes: Any) -> Reply:
    """An answer with these words."""
    message = {"role": "assistant", "content": words}
    choice = {"index": 0, "message": message, "finish_reason": "stop"} | changes
    return Reply({"id": "c1", "object": "chat.completion", "choices": [choice]})


class LanguageModel:
    """Answers each completion with `reply`; `server.asked` are the requests."""

    def __init__(self, words: str = "Thank you, [name].") -> None:
        self.reply = completion(words)
        self.models: Reply = Reply({"object": "list", "data": [{"id": "small-1"}]})
        self.server = HttpServer(self._answer)
        self.url = f"{self.server.url}/v1"

    def says(self, words: Any, **changes: Any) -> None:
        """From now on it answers this."""
        self.reply = completion(words, **changes)

    @property
    def heard(self) -> str:
        """All that was sent to it, headers and bodies, as it came over the wire."""
        return "\n".join(
            f"{one.method} {one.path} {dict(one.headers)} {one.body.decode()}"
            for one in self.server.asked
        )

    def close(self) -> None:
        """Stop serving."""
        self.server.close()

    def _answer(self, request: Request) -> Reply:
        if (request.method, request.path) == ("GET", "/v1/models"):
            return self.models
        if (request.method, request.path) == ("POST", "/v1/chat/completions"):
            return self.reply
        return Reply({"error": "no such path"}, 404)
