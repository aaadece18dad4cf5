"""What `fiber ui` serves on this machine: Dagster's own webserver, and beside it the files people look at.

    guard       who may ask: nobody from another site, and nobody by another name
    outputs     the outputs folder, to be read
    serving     the processes behind it: code server, daemon, webserver

What is in the files is made in `outputs`; how the command is called is in `cli`.
"""
