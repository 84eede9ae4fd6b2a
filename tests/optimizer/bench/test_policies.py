"""The comparison of both policies goes on where it was, and its file holds what a solve gives."""

from optimizer.bench.policies import FILE, compare, main, read_rows, summarise


def test_a_run_goes_on_where_it_was_and_adds_up(tmp_path, capsys):
    path = tmp_path / "rows.jsonl"
    words = ["--needs", "30", "--file", str(path)]
    assert main([*words, "--months", "1"]) == 0
    first = path.read_text()
    assert main([*words, "--months", "2"]) == 0
    assert path.read_text().startswith(first)
    rows = read_rows(path, 30)
    assert [row["seed"] for row in rows] == [1, 2]
    assert rows[0] == compare(30, 1, 60)
    sums = summarise(rows)["community/2"]
    assert sums["met"] == sum(row["community/2"]["met"] for row in rows) > 0
    assert sums["proven"] == 2
    assert f"{sums['met']}" in capsys.readouterr().out


def test_the_published_figures_are_of_proven_months():
    rows = read_rows(FILE, 200)
    assert [row["seed"] for row in rows] == list(range(1, len(rows) + 1))
    assert {row[label]["status"] for row in rows for label in ("community/1", "community/2")} == {
        "proven"
    }
    assert rows[0]["community/2"]["met"] == compare(200, 1, 60)["community/2"]["met"]
