"""`fiber explain`: why a comment gets its labels."""

import click


@click.command()
@click.argument("text")
def explain(text: str) -> None:
    """Say why TEXT gets its language, sentiment and themes: the words, rules and weights behind each."""
    from fiber_pipeline import language, sentiment, themes
    from fiber_pipeline.cleaning import redact

    redacted = redact(text).text
    if redacted != text:
        click.echo(f"read as: {redacted}\n")
    for title, explanation in (
        ("Language", language.explain(redacted)),
        ("Sentiment", sentiment.explain(redacted)),
        ("Themes", themes.explain(redacted)),
    ):
        click.echo(click.style(title, bold=True))
        click.echo(f"{explanation}\n")
