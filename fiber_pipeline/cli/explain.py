"""`fiber explain`: why a comment gets its labels."""

import click

from fiber_pipeline.cli.problems import read_settings


@click.command()
@click.argument("text")
def explain(text: str) -> None:
    """Say why TEXT gets its language, sentiment and themes: the words, rules and weights behind each."""
    from fiber_pipeline.annotation import language, sentiment
    from fiber_pipeline.annotation.themes import LocalThemeEngine, load_taxonomy
    from fiber_pipeline.cleaning import redact

    taxonomy = load_taxonomy(read_settings().taxonomy)
    redacted = redact(text).text
    if redacted != text:
        click.echo(f"read as: {redacted}\n")
    for title, explanation in (
        ("Language", language.explain(redacted)),
        ("Sentiment", sentiment.explain(redacted)),
        ("Themes", LocalThemeEngine(taxonomy).explain(redacted)),
    ):
        click.echo(click.style(title, bold=True))
        click.echo(f"{explanation}\n")
