"""Names of files: what follows the dot in them ends no address, and digits before it no number."""

import re
from typing import Final

ENDINGS: Final = frozenset(
    {
        *("png", "jpg", "jpeg", "gif", "svg", "webp", "bmp", "ico", "heic", "tif", "tiff"),
        *("tgz", "gz", "xz", "bz2", "7z", "rar", "tar", "bak", "tmp", "dmp", "bin", "sql"),
        *("js", "json", "jsonl", "css", "html", "htm", "xml", "yaml", "yml", "toml", "ini", "conf"),
        *("txt", "pdf", "csv", "tsv", "xls", "xlsx", "doc", "docx", "pptx", "parquet", "sqlite"),
        *("ipynb", "exe", "dll", "msi", "jar", "war", "whl", "deb", "rpm", "dmg", "iso", "apk"),
        *("ipa", "mp3", "mp4", "mkv", "avi", "webm", "log"),
    }
)
"""None that is a domain, and none of a record of a call or a contact, which numbers do name."""
_ENDING: Final = re.compile(rf"\.(?:{'|'.join(sorted(ENDINGS))}|zip)(?!\w)", re.IGNORECASE)


def ends_file_name(text: str, at: int) -> bool:
    """Whether the ending of a file follows there."""
    return bool(_ENDING.match(text, at))
