"""Draw how often the model is right beside how sure it says it is: `docs/calibration.svg`.

    python -m benchmarks.calibration ../shared/data ../shared/archives

Temperatures are fitted on one half of the dev parts; the other half is drawn, before them and after
them: a tenth of its posts a point, with the interval of its share. It needs Altair
(``pip install 'laurels[plots]'``).
"""

import argparse
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from models.calibrate import Part, calibration_error, reliability
from models.classifier import OnnxClassifier
from models.corpus import examples
from models.evaluate import halves
from models.example import Example
from models.extras import of_extra
from models.reader import Logits
from models.tune import scores_of_halves, settled, told

with of_extra("plots", __name__):
    import altair as alt

PICTURE: Final = Path(__file__).parents[1] / "docs" / "calibration.svg"
NAMES: Final[Mapping[str, str]] = {
    "sentiment": "Sentiment",
    "intent": "Intent",
    "irony": "Irony",
    "offensive": "Offence",
    "complaint": "Complaint",
    "target": "Towards a target",
}
BEFORE, AFTER = "before", "calibrated"
_INK, _FAINT, _LINE = "#1f2328", "#8c959f", "#d0d7de"
_LEAF: Final = "#1a7f37"
_SIDE: Final = 210
_LEAST: Final = 0.2


def tenths(
    found: Sequence[Example], scores: Mapping[str, Logits]
) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Of each task its name, a line of figures, and the tenths of the half that fitted nothing."""
    tuned, rest = halves(found)
    on, left = scores_of_halves(scores)
    temperatures, _ = settled(tuned, on)
    for head, name in NAMES.items():
        rows, raw, truth = told(rest, left, head, {})
        _, cool, _ = told(rest, left, head, temperatures[head])
        errors = calibration_error(raw, truth), calibration_error(cool, truth)
        drawn = [_row(BEFORE, one) for one in reliability(raw, truth)]
        drawn += [_row(AFTER, one) for one in reliability(cool, truth)]
        yield name, f"error {errors[0]:.3f} → {errors[1]:.3f}, {len(rows):,} posts", drawn


def _row(when: str, one: Part) -> dict[str, Any]:
    least, most = share_between(one.is_so, one.rows)
    return {"when": when, "said": one.said, "so": one.is_so, "least": least, "most": most}


def share_between(share: float, rows: int) -> tuple[float, float]:
    """Between what the true share lies, 95 times of 100 (Wilson, JASA 1927)."""
    z = 1.96
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    reach = math.sqrt(share * (1 - share) / rows + (z / (2 * rows)) ** 2) * z / (1 + z * z / rows)
    return max(middle - reach, _LEAST), min(middle + reach, 1.0)


def panel(name: str, figures: str, drawn: list[dict[str, Any]]) -> alt.LayerChart:
    """What was said against what is so, a tenth of the posts a point."""
    whole = alt.Scale(domain=[_LEAST, 1], nice=False)
    axis = alt.Axis(
        format="%", values=[0.2, 0.4, 0.6, 0.8, 1], ticks=False, domain=False, labelPadding=6
    )
    base = alt.Chart(alt.Data(values=drawn)).encode(
        x=alt.X("said:Q", scale=whole, axis=axis, title="says it is so sure"),
        color=alt.Color(
            "when:N", title=None, scale=alt.Scale(domain=[BEFORE, AFTER], range=[_FAINT, _LEAF])
        ),
    )
    right = base.encode(y=alt.Y("so:Q", scale=whole, axis=axis, title="is right so often"))
    doubt = base.transform_filter(f"datum.when == '{AFTER}'").encode(
        y=alt.Y("least:Q", scale=whole), y2="most:Q"
    )
    ideal = alt.Chart(alt.Data(values=[{"said": one, "so": one} for one in (_LEAST, 1)]))
    return alt.layer(
        ideal.mark_line(color=_INK, strokeDash=[4, 4], strokeWidth=1).encode(
            x=alt.X("said:Q", scale=whole), y=alt.Y("so:Q", scale=whole)
        ),
        doubt.mark_rule(strokeWidth=1.5, opacity=0.5),
        right.mark_circle(size=55, opacity=1),
    ).properties(
        width=_SIDE, height=_SIDE, title=alt.TitleParams(name, subtitle=figures, anchor="start")
    )


def picture(panels: Sequence[alt.LayerChart]) -> alt.ConcatChart:
    """All panels on a ground of their own, so that they read alike in light and dark."""
    return (
        alt.concat(*panels, columns=3, spacing=28)
        .configure(background="#ffffff", padding=16, font="sans-serif", aria=False)
        .configure_view(stroke=_LINE)
        .configure_axis(
            gridColor=_LINE, labelColor=_INK, titleColor=_INK,
            labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
        )
        .configure_title(color=_INK, subtitleColor=_INK, fontSize=15, subtitleFontSize=12)
        .configure_legend(labelColor=_INK, labelFontSize=13, orient="bottom", symbolOpacity=1)
    )  # fmt: skip


def main() -> None:
    """Judge the dev parts, draw, and print the figures."""
    parser = argparse.ArgumentParser(prog="benchmarks.calibration")
    parser.add_argument("data", type=Path, help="the folder of the labelled sets")
    parser.add_argument("archives", type=Path, help="the folder of the archives")
    asked = parser.parse_args()
    found = examples(asked.data, asked.archives, "dev")
    scores = OnnxClassifier().uncalibrated([one.text for one in found])
    told_of = list(tenths(found, scores))
    for name, figures, _ in told_of:
        print(f"{name}: {figures}")
    picture([panel(*one) for one in told_of]).save(PICTURE)


if __name__ == "__main__":
    main()
