"""The addresses of a round: what people have kept and written down goes on leading there."""

FORM = {"GET", "POST"}
ROUND = "/rounds/<month:month>/"
RUN = f"{ROUND}runs/<id:number>/"
PRICE = f"{ROUND}prices/<id:number>/"
ADDRESSES = {
    "packs.index": ("/rounds/packs/", FORM),
    "packs.progress": ("/rounds/packs/<id:pack_id>/progress", {"GET"}),
    "packs.cancel": ("/rounds/packs/<id:pack_id>/cancel", {"POST"}),
    "packs.download": ("/rounds/packs/<id:pack_id>/pack.<any(zip):file_format>", FORM),
    "results.index": ("/results/", {"GET"}),
    "results.show": ("/results/<month:month>/", {"GET"}),
    "results.show_office": ("/results/<month:month>/<office>/", {"GET"}),
    "results.download": (
        "/results/<month:month>/<office>/month.<any(zip):file_format>",
        {"GET"},
    ),
    "rounds.index": ("/rounds/", {"GET"}),
    "rounds.open_round": ("/rounds/open", FORM),
    "rounds.missed": ("/rounds/missed", {"GET"}),
    "rounds.memory": ("/rounds/memory", {"GET"}),
    "rounds.download_memory": ("/rounds/memory.<any(xlsx, csv):file_format>", FORM),
    "rounds.memory_rows": ("/rounds/memory/promises", {"GET"}),
    "rounds.download_memory_rows": ("/rounds/memory/promises.<any(xlsx, csv):file_format>", FORM),
    "rounds.show": (ROUND, {"GET"}),
    "rounds.answers": (f"{ROUND}answers", {"GET"}),
    "rounds.make_link": (f"{ROUND}answers/<id:organisation_id>/link", {"POST"}),
    "rounds.revoke_link": (f"{ROUND}answers/links/<id:link_id>/revoke", {"POST"}),
    "rounds.call": (f"{ROUND}call", {"GET"}),
    "rounds.board": (f"{ROUND}board", {"GET"}),
    "rounds.close": (f"{ROUND}close", FORM),
    "rounds.places": (f"{ROUND}places", {"GET"}),
    "rounds.places_progress": (f"{ROUND}places/progress", {"GET"}),
    "rounds.search_places": (f"{ROUND}places/search", {"POST"}),
    "rounds.cancel_search": (f"{ROUND}places/<id:number>/cancel", {"POST"}),
    "rounds.keep_places": (f"{ROUND}places/<id:number>/keep", {"POST"}),
    "rounds.progress": (f"{ROUND}progress", {"GET"}),
    "rounds.freeze": (f"{ROUND}freeze", FORM),
    "rounds.replace_draw": (f"{ROUND}draw/replace", FORM),
    "rounds.draw": (f"{ROUND}draw", FORM),
    "rounds.solve": (f"{ROUND}solve", {"POST"}),
    "rounds.solve_plain": (f"{ROUND}solve-plain", {"POST"}),
    "rounds.withdraw": (f"{ROUND}withdraw", FORM),
    "rounds.override": (f"{ROUND}overrides/<reference>", FORM),
    "rounds.lift_override": (f"{ROUND}overrides/<id:override_id>/lift", {"POST"}),
    "rounds.show_price": (PRICE, {"GET"}),
    "rounds.price_progress": (f"{PRICE}progress", {"GET"}),
    "rounds.cancel_price": (f"{PRICE}cancel", {"POST"}),
    "rounds.keep_price": (f"{PRICE}keep", {"POST"}),
    "rounds.review": (RUN, {"GET"}),
    "rounds.beside": (f"{RUN}beside/<id:other>", {"GET"}),
    "rounds.print_review": (f"{RUN}print", {"GET"}),
    "rounds.download_proof": (f"{RUN}proof.<any(zip):file_format>", FORM),
    "rounds.list_lines": (f"{RUN}lines/", {"GET"}),
    "rounds.download_lines": (f"{RUN}lines.<any(xlsx, csv):file_format>", FORM),
    "rounds.show_line": (f"{RUN}lines/<reference>", {"GET"}),
    "rounds.cancel": (f"{RUN}cancel", {"POST"}),
    "rounds.publish": (f"{RUN}publish", FORM),
    "rounds.accept": (f"{RUN}accept", FORM),
    "rounds.promises": (f"{RUN}promises/", {"GET"}),
    "rounds.revoke_promises": (f"{RUN}promises/revoke", {"POST"}),
}


def test_every_step_and_page_is_where_it_was(app):
    found = {
        rule.endpoint: (rule.rule, rule.methods - {"HEAD", "OPTIONS"})
        for rule in app.url_map.iter_rules()
        if rule.endpoint.partition(".")[0] in ("packs", "rounds", "results")
    }
    assert found == ADDRESSES
