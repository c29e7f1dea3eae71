import base64
import hashlib
import re

from hairline.html.document import document, navigation
from hairline.html.markup import join, tag


def policy_hash(text):
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def test_the_pages_policy_allows_its_own_style_and_script_and_nothing_else():
    written = document("a < b", tag("main", "x & y"), style="p{}", script="1 < 2")
    assert "<title>a &lt; b</title>" in written and "x &amp; y" in written
    policy = re.search(r'content="(default-src[^"]*)"', written)[1]
    (style,) = re.findall(r"<style>(.*?)</style>", written, re.DOTALL)
    assert policy_hash(style) in policy and policy_hash("1 < 2") in policy
    assert policy.startswith("default-src &#x27;none&#x27;; img-src data:;") and "unsafe" not in policy
    assert style.index("p{}") > style.index("color-scheme")


def test_a_page_without_a_script_has_none_and_allows_none():
    written = document("t", tag("main"), style="")
    assert "<script" not in written and "script-src" not in written


def test_navigation_names_the_sections_and_can_be_skipped():
    written = navigation({"one": "First & best"}, skip="Skip it")
    assert written.startswith('<a href="#main" class="skip">Skip it</a>')
    assert '<a href="#one">First &amp; best</a>' in written
    assert join(written) == written
