def rewrite():
    try:
        report = os.path.join(W["results"], "students", W["name"], "report.json")
        if os.path.exists(os.path.join(os.path.dirname(report), "hand-in.json")):
            write(report, "rewritten by " + MARK)
    except OSError:
        pass


survive(rewrite)
