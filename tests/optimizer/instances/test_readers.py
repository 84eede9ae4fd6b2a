"""Files as people have them: what the reader saw is said first, and every fault has its place."""

from pathlib import Path

import pytest

from optimizer.cli.months import main

LOADS = ["--demand", "1", "--cap", "2", "--policy", "total"]


@pytest.fixture
def run(tmp_path, capsys):
    """Run a command on files that are written first; return code, lines printed, errors."""

    def run_command(command: str, files: dict[str, str | bytes], *arguments: str):
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            (tmp_path / name).write_bytes(data)
        said = [str(tmp_path / a) if a in files else a for a in arguments]
        code = main([command, *said])
        printed = capsys.readouterr()
        return code, printed.out.splitlines(), printed.err

    return run_command


@pytest.fixture
def matrix(run):
    def read(content: str | bytes, *more: str):
        return run("matrix", {"m.csv": content}, "m.csv", *LOADS, *more)

    return read


ROWS = "ann,0.5,0.25,0.1\nbo,1,0.5,0.2\ncy,0.25,0.75,0.6\n"
SEEN = "encoding UTF-8; separator comma"


def test_a_heading_of_ids_is_never_a_giver(matrix):
    code, lines, _ = matrix("reviewer,101,102,103\n" + ROWS)
    assert code == 0
    assert lines[0] == (
        "3 givers × 3 receivers; heading row: yes (ids 101 …); id column: yes (ids ann …); "
        f"0 conflicts; {SEEN}"
    )
    assert "total  value 2.35" in lines[1]


@pytest.mark.parametrize(
    ("text", "flags", "header", "ids"),
    [
        ("reviewer,a,b\nx,1,2\ny,3,4\n", [], True, True),
        (",a,b\n1,1,2\n2,3,4\n", [], True, True),
        ("a,b\n1,2\n3,4\n", [], True, False),
        ("a,b\nx,1,2\ny,3,4\n", [], True, True),
        ("1,2\n0,4\n2,0\n", [], False, False),
        ("x,1,2\ny,0,2\n", [], False, True),
        ("0.5,0.25\n1,-1\n", [], False, False),
        ("7,8\n1,2\n3,4\n", ["--header"], True, False),
        ("7,8\n1,2\n3,4\n", ["--no-header"], False, False),
        ("11,1,2\n12,3,4\n13,4,5\n", ["--ids", "--no-header"], False, True),
        ("11,1,2\n12,3,4\n13,4,5\n", ["--no-ids"], False, False),
    ],
)
def test_names_and_scores_are_kept_apart(matrix, text, flags, header, ids):
    code, lines, error = matrix(text, "--cap", "9", *flags)
    assert code == 0, error
    assert ("heading row: yes" in lines[0], "id column: yes" in lines[0]) == (header, ids)


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("101,102,103\n0.5,0.2,0.1\n0.1,0.2,0.3\n", "say --header or --no-header"),
        ("x,101,102\nann,0.5,0.2\nbo,0.1,0.2\n", "say --header or --no-header"),
        ("a,5,b\n1,2,3\n4,5,6\n", "say --header or --no-header"),
        ("1,2,3\n3,1,2\n2,3,1\n", "say --header or --no-header"),
        ("a,b,c\n1,0.5,0.2\n2,0.1,0.2\n3,0.4,0.4\n", "say --ids or --no-ids"),
        ("11,1,2\n12,3,4\n13,4,5\n", "say --ids or --no-ids"),
        ("id,a,b\n5,1,2\n5,3,4\n", "say --ids or --no-ids"),
    ],
)
def test_in_doubt_the_reader_asks(matrix, text, asked):
    code, lines, error = matrix(text)
    assert code == 2
    assert lines == []
    assert error.startswith("broken input: m.csv: ")
    assert error.strip().endswith(asked)


@pytest.mark.parametrize(
    ("encode", "word"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8 with a byte order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("gb18030", "GB18030"),
    ],
)
@pytest.mark.parametrize("sign", ["comma", "semicolon", "tab", "space"])
def test_encodings_and_separators_are_found_and_named(matrix, encode, word, sign):
    text = "审稿人,论文一,论文二\n王,0.5,1\n李,0.25,0.75\n"
    text = text.replace(",", {"comma": ",", "semicolon": ";", "tab": "\t", "space": " "}[sign])
    code, lines, _ = matrix(text.encode(encode))
    assert code == 0
    assert lines[0].endswith(f"encoding {word}; separator {sign}")
    assert "(ids 论文一 …); id column: yes (ids 王 …)" in lines[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"PK\x03\x04rest", "is a spreadsheet or a ZIP file"),
        (b"\xd0\xcf\x11\xe0rest", "is an old spreadsheet"),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "is UTF-32"),
        (b"\x81\xff,1\n", "is neither UTF-8, UTF-16 nor GB18030"),
        (b"\x00\x00\x00\x00\x00", "is neither UTF-8, UTF-16 nor GB18030"),
        (b"", "holds no scores"),
        (b"x|1|2\ny|3|4\n", "separates its columns by |"),
        ("x，1，2\ny，3，4\n".encode(), "separates its columns by ，"),
        (b'a,"1\n2,3\n', "broken quotes"),
    ],
)
def test_what_is_no_table_is_refused_by_name(matrix, data, said):
    code, _, error = matrix(data)
    assert code == 2
    assert error.startswith("broken input: m.csv")
    assert said in error


def test_decimal_commas_are_read_where_commas_do_not_separate(matrix):
    code, lines, _ = matrix("0,5;0,25\n1;0,75\n", "--cap", "1")
    assert code == 0
    assert "total  value 1.25" in lines[1]


def test_an_empty_cell_means_what_the_user_says(matrix):
    text = "x,1,\ny,,2\n"
    assert matrix(text)[2].strip() == (
        "broken input: m.csv, row 1, column 3: is empty: say --empty NUMBER or --empty conflict"
    )
    assert "2 conflicts" in matrix(text, "--empty", "conflict")[1][0]
    _, lines, _ = matrix(text, "--empty", "5")
    assert "0 conflicts" in lines[0]
    assert "total  value 10" in lines[1]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("p,a,b\nx,1,2\n\ny,1,two\n", "m.csv, row 4, column 3: two is not a number"),
        ("p,a,b\nx,1,2\nx,1,2\n", "m.csv, row 3: x is in row 2 already"),
        ("p,a,a\nx,1,2\n", "m.csv, row 1, column 3: a is in column 2 already"),
        ("p,a,b\nx,1,2,3\ny,1,2\n", "m.csv, row 2: holds 3 scores below 2 headings"),
        ("p,a,b\nx,1,1e30\n", "m.csv, row 2, column 3: 1e30 is beyond 1000000000000"),
        ("p,a,b\nx,1,1e999999999\n", "m.csv, row 2, column 3: 1e999999999 is beyond"),
        ("p,a,b\nx,1,nan\n", "m.csv, row 2, column 3: nan is not a number"),
    ],
)
def test_every_fault_names_file_row_and_column(matrix, text, place):
    code, _, error = matrix(text)
    assert code == 2
    assert error.startswith(f"broken input: {place}")


def test_scores_that_add_up_too_far_are_refused_in_words(run):
    rows = "\n".join(["1000000000000,999999999999,999999999998"] * 400)
    code, _, error = run(
        "matrix", {"m.csv": rows}, "m.csv", "--demand", "2", "--cap", "9", "--policy", "total",
        "--no-header", "--no-ids",
    )  # fmt: skip
    assert code == 2
    assert error == "broken input: m.csv: score adds up to more than 1000000000000000\n"


@pytest.mark.parametrize(
    ("text", "arguments", "reason"),
    [
        ("5,1,4,2,3\n1,5,3,4,2\n", ["2", "3"], "10 wanted, 6 can be given"),
        ("5,1\n1,5\n2,6\n6,2\n", ["1", "9", "--load-min", "2"], "least loads ask 8, only 2 wanted"),
        (
            "p,a,b\nx,-1,1\ny,2,2\nz,-1,2\n",
            ["2", "9", "--conflict=-1"],
            "receiver a (column 2): 2 wanted, 1 can give",
        ),
        (
            "p,a,b\nx,-1,-1\ny,2,2\nz,2,2\n",
            ["1", "9", "--conflict=-1", "--load-min", "1"],
            "least loads ask 3, only 2 wanted",
        ),
        (
            "p,a,b,c\nx,-1,-1,-1\ny,2,2,1\nz,2,2,1\n",
            ["1", "9", "--conflict=-1", "--load-min", "1"],
            "giver x (row 2): at least 1 asked, 0 can take 0",
        ),
        (
            "p,a,b,c,d\nx,1,1,-1,-1\ny,-1,-1,1,1\nz,-1,-1,1,-1\n",
            ["1", "2", "--conflict=-1", "--load-min", "2"],
            "least loads ask 6, only 4 wanted",
        ),
    ],
)
def test_the_cheapest_reason_is_given_for_no_answer(run, text, arguments, reason):
    demand, cap, *more = arguments
    code, lines, error = run(
        "matrix", {"m.csv": text}, "m.csv", "--demand", demand, "--cap", cap, *more,
        "--policy", "total", "--no-header",
    ) if not text.startswith("p,") else run(
        "matrix", {"m.csv": text}, "m.csv", "--demand", demand, "--cap", cap, *more,
        "--policy", "total",
    )  # fmt: skip
    assert code == 1
    assert lines[-1].startswith("status infeasible")
    assert error == f"no answer: {reason}\n"


def test_without_names_a_reason_names_the_place(run):
    code, _, error = run(
        "matrix", {"m.csv": "-1,1\n2,2\n-1,2\n"}, "m.csv", "--demand", "2", "--cap", "9",
        "--conflict=-1", "--policy", "total",
    )  # fmt: skip
    assert (code, error) == (1, "no answer: column 1: 2 wanted, 1 can give\n")


def test_a_job_that_no_agent_has_room_for_is_the_reason(run):
    text = "2 3\n 1 5 9\n 4 2 3\n  2 9 2\n 2 9 2\n 8 8\n"
    code, _, error = run("gap", {"g.txt": text}, "g.txt", "--sense", "min")
    assert (code, error) == (1, "no answer: job 2: 1 wanted, 0 can give\n")


def test_a_smallest_conflict_is_named_when_no_sum_shows_it(run):
    text = "p,a,b,c,d\nx,1,1,-1,-1\ny,-1,-1,1,1\nz,-1,-1,1,1\nw,1,1,-1,-1\n"
    code, _, error = run(
        "matrix", {"m.csv": text.replace("w,1,1,-1,-1", "w,-1,-1,1,1")}, "m.csv",
        "--demand", "1", "--cap", "1", "--conflict=-1", "--policy", "total",
    )  # fmt: skip
    assert code == 1
    assert error.startswith("no answer: these cannot hold together")
    assert "receiver a (column 2); receiver b (column 3)" in error
    assert "receiver c" not in error


BIDS = (
    "Bidder,Submission,Bid\nspc-1,178,yes\nspc-1,224,maybe\nspc-2,178,conflict\nspc-2,224,maybe\n"
)
WORTH = ("--worth", "yes=3,maybe=1", "--conflict", "conflict")


@pytest.mark.parametrize(
    ("text", "columns", "heading"),
    [
        (BIDS, "giver, receiver, bid", "yes"),
        ("paper;score;reviewer\n178;3;a\n178;1;b\n224;1;a\n", "receiver, bid, giver", "yes"),
        ("spc-1,178,yes\nspc-1,224,maybe\nspc-2,224,1\n", "giver, receiver, bid", "no"),
    ],
)
def test_lists_of_bids_are_read_by_their_headings(run, text, columns, heading):
    code, lines, error = run("bids", {"b.csv": text}, "b.csv", *LOADS, *WORTH)
    assert code == 0, error
    assert lines[0].startswith("2 givers × 2 receivers; ")
    assert f"heading row: {heading}; columns: {columns};" in lines[0]
    assert "total  value 4" in lines[1]


def test_pairs_that_nobody_bid_for_are_worth_what_the_user_says(run):
    text = "Bidder,Submission,Bid\na,1,yes\nb,2,yes\n"
    files = {"b.csv": text}
    need_both = ["--demand", "2", "--cap", "2", "--policy", "total", *WORTH]
    assert "total  value 6" in run("bids", files, "b.csv", *need_both)[1][1]
    assert "total  value 10" in run("bids", files, "b.csv", *need_both, "--unlisted", "2")[1][1]
    code, _, error = run("bids", files, "b.csv", *need_both, "--unlisted", "conflict")
    assert (code, error) == (1, "no answer: receiver 1: 2 wanted, 1 can give\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BIDS + "spc-2,224,perhaps\n", "b.csv, row 6, column 3: perhaps has no worth: say --worth"),
        (BIDS + "spc-2,224,yes\n", "b.csv, row 6: spc-2 for 224 is in row 5 already"),
        (BIDS + "spc-2,,yes\n", "b.csv, row 6, column 2: is empty"),
        ("who,what,how\na,1,yes\n", "b.csv: row 1 (who, what, how) can be a heading or a bid"),
        ("", "b.csv: holds no bids"),
    ],
)
def test_a_broken_bid_is_refused_with_its_place(run, text, said):
    code, _, error = run("bids", {"b.csv": text}, "b.csv", *LOADS, *WORTH)
    assert code == 2
    assert error.startswith(f"broken input: {said}")


def test_more_pairs_than_a_machine_holds_are_refused(run):
    text = "".join(f"g{k},r{k},1\n" for k in range(1500))
    code, _, error = run("bids", {"b.csv": text}, "b.csv", *LOADS)
    assert code == 2
    assert error == (
        "broken input: b.csv: 1500 givers and 1500 receivers make more than 2000000 pairs\n"
    )


INSTANCE = "2 3\n 1 5 9\n 4 2 3\n  2 2 2\n 2 2 2\n 4 4\n"


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (INSTANCE, ["instance 1 of 1: 2 agents × 3 jobs; encoding UTF-8"]),
        (INSTANCE + "6\n", ["instance 1 of 1: 2 agents × 3 jobs; best known 6; encoding UTF-8"]),
        (
            "2\n" + INSTANCE + INSTANCE,
            [f"instance {k} of 2: 2 agents × 3 jobs; encoding UTF-8" for k in (1, 2)],
        ),
        (
            "2\n" + INSTANCE + "6\n" + INSTANCE + "6\n",
            [f"instance {k} of 2: 2 agents × 3 jobs; best known 6; encoding UTF-8" for k in (1, 2)],
        ),
    ],
)
def test_every_instance_of_a_file_is_solved(run, text, lines):
    code, printed, _ = run("gap", {"g.txt": text}, "g.txt", "--sense", "min")
    assert code == 0
    assert [line for line in printed if line.startswith("instance")] == lines
    assert sum("cost  value 6  bound 6" in line for line in printed) == len(lines)


def test_one_instance_of_a_file_is_picked_by_its_number(run, tmp_path):
    files = {"g.txt": "2\n" + INSTANCE + INSTANCE.replace("9", "0")}
    out = ["--problem-out", str(tmp_path / "p.json")]
    code, printed, _ = run("gap", files, "g.txt", "--sense", "max", "--instance", "2", *out)
    assert code == 0
    assert printed[0].startswith("instance 2 of 2")
    assert (tmp_path / "p.json").exists()
    assert run("gap", files, "g.txt", "--sense", "max", "--instance", "3")[0] == 2
    code, _, error = run("gap", files, "g.txt", "--sense", "max", *out)
    assert (code, "--instance" in error) == (2, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("2 x", "g.txt, line 1, number 2: x is not a whole number"),
        ("2 3\n1 5 9\n4 2 3\n2 2 2\n2 2 2\n4\n", "g.txt: holds 15 numbers; 2 agents and 3 jobs"),
        (INSTANCE + "6 7", "g.txt, line 7, number 17: holds 18 numbers"),
        (INSTANCE.replace("4 4", "4 -4"), "g.txt, line 6, number 16: must be 0 or more"),
        ("0 3", "g.txt, line 1, number 1: must begin with"),
        ("99999999999999999999 1", "g.txt, line 1, number 1: 99999999999999999999 is not"),
    ],
)
def test_a_broken_number_is_refused_with_its_line(run, text, said):
    code, _, error = run("gap", {"g.txt": text}, "g.txt", "--sense", "min")
    assert code == 2
    assert error.startswith(f"broken input: {said}")


def test_jobs_that_no_agents_have_room_for_are_the_reason(run):
    text = INSTANCE.replace("4 4", "2 2")
    code, _, error = run("gap", {"g.txt": text}, "g.txt", "--sense", "min")
    assert (code, error) == (1, "no answer: 6 wanted, 4 can be given\n")


STUDENTS = "s1 p1 p2\ns2 p1\ns3 p2 p1 p2\n"
PROJECTS = "p1 2 l1\np2 1 l1\n"
SUPERVISORS = "l1 3\n"


@pytest.fixture
def projects(run):
    def read(students=STUDENTS, offers=PROJECTS, bosses=SUPERVISORS, *more: str):
        files = {"s.txt": students, "p.txt": offers, "l.txt": bosses}
        names = ["--students", "s.txt", "--projects", "p.txt", "--supervisors", "l.txt"]
        return run("projects", files, *names, "--policy", "total", *more)

    return read


def test_columns_of_projects_are_found_by_what_they_hold(projects):
    code, lines, error = projects()
    assert code == 0
    assert lines[0].startswith("3 students, 2 projects, 1 supervisors; ")
    assert "columns of projects: id, capacity, supervisor" in lines[0]
    assert "separator space" in lines[0]
    assert lines[1].startswith("size  value 3")
    assert lines[2].startswith("ranks  value 6")
    assert error == "warning: s.txt, row 3, column 4: names p2 again; later choices move up\n"


@pytest.mark.parametrize(
    "offers",
    [
        "title,lecturer,places\np1,l1,2\np2,l1,1\n",
        "places,lecturer,title\n2,l1,p1\n1,l1,p2\n",
        "导师,课题,容量\nl1,p1,2\nl1,p2,1\n",
        "p1,l1,2\np2,l1,1\n",
        "p1,2,l1,1\np2,1,l1,1\n",
        "what,who,many\np1,l1,2\np2,l1,1\n",
    ],
)
def test_the_order_of_columns_is_that_of_the_headings(projects, offers):
    code, lines, error = projects(offers=offers)
    assert code == 0, error
    assert lines[2].startswith("ranks  value 6")


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((STUDENTS + "s1 p1\n",), "s.txt, row 4: s1 is in row 1 already"),
        (("s1 p1\ns2 p9\n",), "s.txt, row 2, column 2: p9 is no project"),
        (("s1 p8\ns2 p9\n",), "s.txt: row 1 (s1, p8) can be a heading or choices"),
        ((STUDENTS, "p1 2 l1\np2 1 l9\n"), "p.txt, row 2, column 3: l9 is no supervisor"),
        ((STUDENTS, "p1 2 l1\np1 1 l1\n"), "p.txt, row 2: p1 is in row 1 already"),
        ((STUDENTS, "p1 2 l1\np2 few l1\n"), "p.txt, row 2, column"),
        ((STUDENTS, "p1 l1 2 3\np2 l1 1\n"), "p.txt, row 1, column 4: 3 is more than the capacity"),
        ((STUDENTS, PROJECTS, "l1 many\n"), "l.txt: row 1 (l1, many) can be a heading or broken"),
        ((STUDENTS, PROJECTS, "l1\n"), "l.txt: row 1 (l1) can be a heading or broken"),
    ],
)
def test_broken_lists_are_refused_with_their_place(projects, files, said):
    code, _, error = projects(*files)
    assert code == 2
    assert error.startswith(f"broken input: {said}")
    assert "$" not in error


def test_quotes_headings_and_holes_of_students(projects):
    students = '姓名,第一志愿,第二志愿\n"Wang, Li",p1\nS1,p1,,p2\n'
    code, lines, error = projects(students)
    assert code == 0
    assert lines[0].startswith("2 students")
    assert "s.txt: heading row yes" in lines[0]
    assert error == "warning: s.txt, row 3, column 3: is empty; later choices move up\n"


def test_a_project_with_more_places_to_fill_than_students_is_the_reason(projects):
    code, _, error = projects("s1,p1,p2\ns2,p1\ns3,p1\n", "p1,l1,5\np2,l1,5,2\n", "l1,9\n")
    assert (code, error) == (1, "no answer: project p2 (row 2): at least 2 asked, 1 can take 1\n")


def test_a_project_that_too_few_join_is_closed_if_that_is_allowed(projects):
    files = "s1,p1,p2\ns2,p2\ns3,p2,p1\n", "p1,l1,5,2\np2,l1,2\n", "l1,9\n"
    code, lines, _ = projects(*files, "--or-closed")
    assert code == 0
    assert lines[1].startswith("size  value 3")  # s1 and s3 run p1 together
    alone = "s1,p1\ns2,p2\ns3,p2\n", *files[1:]
    assert projects(*alone)[0] == 1
    code, lines, _ = projects(*alone, "--or-closed")
    assert code == 0
    assert lines[1].startswith("size  value 2")


@pytest.mark.parametrize("name", ["matrix", "bids", "gap", "projects"])
def test_a_missing_file_is_refused_by_name(name, tmp_path, capsys):
    missing = str(tmp_path / "none.csv")
    arguments = {
        "matrix": [missing, *LOADS],
        "bids": [missing, *LOADS],
        "gap": [missing, "--sense", "min"],
        "projects": [
            *(f"--{n}={missing}" for n in ("students", "projects", "supervisors")),
            "--policy=total",
        ],
    }[name]
    assert main([name, *arguments]) == 2
    assert "none.csv" in capsys.readouterr().err
    assert not Path(missing).exists()
