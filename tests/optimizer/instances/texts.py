"""Published instances spelled in a test instead of a file."""

from optimizer.instances.projects import ProjectFiles, read_projects
from optimizer.instances.scores import Scores, ScoreTerms, read_scores
from optimizer.instances.tables import read_table
from optimizer.problem import Problem


def scores_of(text: str, terms: ScoreTerms, policy: str) -> Scores:
    return read_scores(read_table("x.csv", text.encode()), terms, policy)


def projects_of(
    students: str, projects: str, supervisors: str, policy: str = "total", **rest: bool
) -> Problem:
    files = ProjectFiles(
        read_table("students.csv", students.encode()),
        read_table("projects.csv", projects.encode()),
        read_table("supervisors.csv", supervisors.encode()),
        **rest,
    )
    return read_projects(files, policy).problem
