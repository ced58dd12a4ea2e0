from control_center.wall.changes import Changes
from control_center.wall.markup import Markup
from control_center.wall.parts import Picture


def picture(skeleton="s", **parts):
    return Picture(Markup(skeleton), {name: Markup(text) for name, text in parts.items()})


def changes_of(*pictures):
    changes = Changes("e1")
    for drawn in pictures:
        changes.update(drawn)
    return changes


def test_a_new_page_gets_everything():
    answer = changes_of(picture(a="1", b="2")).since("", 0)
    assert answer == {"epoch": "e1", "version": 1, "skeleton": "s", "parts": {"a": "1", "b": "2"}}


def test_a_page_gets_only_what_changed_since():
    changes = changes_of(picture(a="1", b="2", c="3"), picture(a="1", b="9", c="3"))
    assert changes.since("e1", 1)["parts"] == {"b": "9"}
    assert changes.since("e1", 1)["skeleton"] is None
    assert changes.since("e1", 2)["parts"] == {}


def test_a_change_that_was_undone_is_sent_to_the_page_that_saw_it():
    changes = changes_of(picture(a="1"), picture(a="2"), picture(a="1"))
    assert changes.since("e1", 2)["parts"] == {"a": "1"}


def test_a_new_skeleton_brings_all_its_parts():
    changes = changes_of(picture(a="1", b="2"), picture("t", b="2"))
    assert changes.since("e1", 1)["skeleton"] == "t"
    assert changes.since("e1", 1)["parts"] == {"b": "2"}


def test_a_page_of_an_older_process_gets_everything():
    changes = changes_of(picture(a="1"))
    assert changes.since("e0", 99)["parts"] == {"a": "1"}
