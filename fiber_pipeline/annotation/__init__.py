"""What is said of a comment: its language and translation, its sentiment, its themes.

    engines             what engines of every kind share: how they are asked, and how one stands in for another
    chains              which engines a run asks, in which order
    remote_engine       what engines over paid services share; `opinion_engine` those over opinion mining
    corrections         people's word laid over engines' answers
    language, translation, sentiment, themes    a protocol each, its local engine, and those over services

Asking a service (planning, storing, paying) belongs to `services`; what the answers add up to, to `insight`.
"""
