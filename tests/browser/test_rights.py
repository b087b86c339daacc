"""What somebody sees follows who they are, at once: roles, schools, a team that changes."""

from __future__ import annotations

from msgspec.structs import replace
from playwright.async_api import expect

from storage.schema import MESSAGES, Role, SchoolClass
from storage.writes import Replace
from tests.browser.house import PHONE, Windows, found_school
from tests.browser.look import in_every_look
from tests.browser.talk import bubble, composer, in_order, sent, write
from tests.cast import Cast
from tests.handlers.visitors import PASSWORD, give_password, give_second_factor
from tests.stories.roster import change, there


@in_every_look
async def test_a_teacher_leaves_the_team_while_she_looks(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Alleen voor het team")
    anna, bram = [await windows.window(name, f"/c/{id}") for name in ("anna", "bram")]
    await in_order(anna, "Alleen voor het team")
    await composer(anna).fill("Ik wilde nog zeggen")
    await change(windows.store, windows.cast, "leaves_team", "anna")
    await expect(anna.heading("gone.title")).to_be_visible()
    await anna.picture("removed")
    await expect(anna.page.get_by_text("Alleen voor het team")).to_have_count(0)
    await in_order(bram, "Alleen voor het team")
    await change(windows.store, windows.cast, "joins_team", "anna")
    await in_order(anna, "Alleen voor het team")
    await expect(composer(anna)).to_have_value("Ik wilde nog zeggen")
    await change(windows.store, windows.cast, "leaves_team", "anna")
    await expect(anna.heading("gone.title")).to_be_visible()
    await anna.goes_back()
    await anna.sees("family.no_classes")
    await expect(anna.row("Sami Amrani")).to_have_count(0)


async def test_a_child_that_moves_leaves_a_conversation_to_read(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Over de zwemles")
    fatima = await windows.open("fatima", f"/c/{id}")
    await expect(composer(fatima)).to_be_visible()
    await change(windows.store, windows.cast, "moves", "sami")
    await expect(fatima.get_by_text("but no longer write in it.")).to_be_visible()
    await expect(composer(fatima)).to_have_count(0)
    await in_order(fatima, "Over de zwemles")
    await expect(
        fatima.get_by_role("link", name="Write to the teachers of class 4A")
    ).to_be_visible()


async def test_guardians_choose_who_reads_along(windows: Windows) -> None:
    fatima = await windows.open("fatima")
    await fatima.get_by_role("link", name="Write to the teachers of class 3B").click()
    await fatima.get_by_label("Youssef Amrani").check()
    readers = "This is read by: you, Youssef Amrani, Anna Jansen and Bram Smit. Nobody else."
    await expect(fatima.get_by_text(readers)).to_be_visible()
    await fatima.get_by_role("button", name="Continue").click()
    await write(fatima, "Van ons samen")
    await expect(sent(fatima, "Van ons samen")).to_have_count(1)
    youssef, anna = await windows.open("youssef"), await windows.open("anna")
    await youssef.get_by_text("You, the team and Fatima").click()
    await expect(sent(youssef, "Van ons samen")).to_have_count(1)
    await write(youssef, "En van mij")
    await expect(sent(fatima, "En van mij")).to_contain_text("Youssef Amrani")
    await expect(anna.get_by_text("Fatima Amrani and Youssef Amrani")).to_be_visible()


async def test_a_teacher_begins_with_a_family(windows: Windows) -> None:
    anna = await windows.open("anna", viewport=PHONE)
    await anna.get_by_role("link", name="New message").click()
    await anna.get_by_role("link", name="Sami Amrani").click()
    await anna.get_by_label("Youssef Amrani").uncheck()
    readers = "This is read by: you, Bram Smit and Fatima Amrani. Nobody else."
    await expect(anna.get_by_text(readers)).to_be_visible()
    fatima = await windows.open("fatima")
    await anna.get_by_role("button", name="Continue").click()
    await expect(anna.get_by_text("The parents see it from your first message on.")).to_be_visible()
    await expect(
        fatima.get_by_role("link", name="Write to the teachers of class 3B")
    ).to_be_visible()
    await expect(fatima.get_by_text("You have read everything.")).to_have_count(0)
    await write(anna, "Sami heeft zijn gymtas laten staan")
    await expect(fatima.get_by_text("There is news in 1 conversation.")).to_be_visible()
    await fatima.get_by_role("link", name="You and the team").click()
    await expect(sent(fatima, "gymtas")).to_contain_text("Anna Jansen")
    await expect(fatima.get_by_text("You have read everything.")).to_be_visible()
    await anna.get_by_role("button", name="Back").click()
    await anna.get_by_role("button", name="Back").click()
    await expect(anna.get_by_role("heading", name="Class 3B")).to_be_visible()


async def test_a_teacher_who_is_a_parent_has_both_and_keeps_them_apart(windows: Windows) -> None:
    of_joost = await windows.conversation("joost", "Van de ouders van Lotte", pupil="lotte")
    of_anna = await windows.conversation("fatima", "Van Anna als moeder")
    await change(windows.store, windows.cast, "is_also", "fatima", "anna")
    anna = await windows.open("anna")
    places = anna.get_by_role("navigation", name="Classes")
    await expect(places.get_by_role("link")).to_have_count(2)
    await places.get_by_role("link", name="3B").click()
    await anna.get_by_role("link", name="Lotte de Vries").click()
    await expect(sent(anna, "ouders van Lotte")).to_have_count(1)
    assert anna.url.endswith(of_joost)
    await places.get_by_role("link", name="My children").click()
    await anna.get_by_role("link", name="You and the team").click()
    assert anna.url.endswith(of_anna)
    await expect(anna.locator(".team-bar")).to_have_count(0)
    await write(anna, "Ik schrijf van huis")
    bram = await windows.open("bram", f"/c/{of_anna}")
    await expect(sent(bram, "van huis")).to_have_count(1)
    (_, last) = await windows.store.find(MESSAGES, after=of_anna + ".", limit=2)
    assert (last.author_id, last.author_role) == (windows.cast.fatima, "guardian")


async def test_children_at_two_schools_stand_on_one_page(windows: Windows) -> None:
    other = Cast(f"{windows.cast.school_id}b")
    await found_school(windows.store, other)
    role = await windows.store.get(Role, other.joost)
    assert role
    await windows.store.commit([Replace(replace(role, account_id=windows.cast.account("fatima")))])
    fatima = await windows.open("fatima")
    for child, school in (("Sami Amrani", windows.cast), ("Lotte de Vries", other)):
        card = fatima.get_by_role("region", name=child)
        await expect(card).to_contain_text(f"Basisschool {school.school_id}")
    await fatima.get_by_role("region", name="Lotte").get_by_role("link", name="Write").click()
    await expect(composer(fatima)).to_be_visible()
    await write(fatima, "Naar de andere school")
    await expect(sent(fatima, "andere school")).to_have_count(1)


async def test_search_finds_and_leads_to_the_message(windows: Windows) -> None:
    await windows.conversation("joost", "Een geheim over de poes", pupil="lotte")
    said = [f"Bericht nummer {n}" for n in range(120)]
    await windows.conversation("fatima", "De poes is ziek", *said)
    fatima = await windows.open("fatima", "/search")
    await fatima.get_by_role("searchbox").fill("POE")
    await fatima.get_by_role("searchbox").press("Enter")
    await expect(fatima.get_by_text("1 message found.")).to_be_visible()
    await fatima.get_by_role("link", name="De poes is ziek").click()
    found = bubble(fatima, "De poes is ziek")
    await expect(found).to_be_in_viewport()
    await expect(fatima.get_by_role("button", name="To the last message")).to_be_visible()
    await fatima.get_by_role("button", name="To the last message").click()
    await expect(bubble(fatima, "Bericht nummer 119")).to_be_in_viewport()


async def test_search_is_still_there_for_whoever_comes_back_and_nobody_else(
    windows: Windows,
) -> None:
    anna = await windows.somebody("anna")
    id = await windows.conversation("fatima", "De poes is ziek", "En de poes van oma ook")
    fatima = await windows.open("fatima", "/search")
    field = fatima.get_by_role("searchbox")
    await expect(field).to_be_focused()
    await field.fill("poes")
    await field.press("Enter")
    await expect(fatima.get_by_text("2 messages found.")).to_be_visible()
    await fatima.get_by_role("link", name="De poes is ziek").click()
    await expect(bubble(fatima, "De poes is ziek")).to_be_in_viewport()
    await fatima.go_back()
    await expect(field).to_be_focused()
    await expect(field).to_have_value("poes")
    await expect(fatima.get_by_text("2 messages found.")).to_be_visible()
    await fatima.get_by_role("link", name="De poes is ziek").click()
    await anna.ok("message.send", conversation_id=id, key="1", text="Een poes? Beterschap!")
    await fatima.go_back()
    await expect(fatima.get_by_text("3 messages found.")).to_be_visible()

    await fatima.get_by_role("link", name="Settings").click()
    await fatima.get_by_role("button", name="Log out", exact=True).click()
    await expect(fatima.get_by_role("heading", name="Log in")).to_be_visible()
    await give_password(windows, "joost")
    await fatima.get_by_label("E-mail").fill(f"joost@{windows.cast.school_id}.example")
    await fatima.get_by_label("Password", exact=True).fill(PASSWORD)
    await fatima.get_by_role("button", name="Log in").click()
    await fatima.get_by_role("link", name="Search").click()
    await expect(field).to_have_value("")
    await expect(fatima.get_by_text("poes")).to_have_count(0)


async def test_a_page_is_called_by_its_screen_and_never_by_a_child(windows: Windows) -> None:
    id = await windows.conversation("fatima", "Eerste bericht")
    anna = await windows.open("anna")
    await expect(anna).to_have_title("(1) Class 3B – Hekje")
    await anna.goto(f"{windows.house.address}/c/{id}")
    await expect(anna).to_have_title("Messages · Class 3B – Hekje")
    await anna.get_by_role("link", name="Search").click()
    await expect(anna).to_have_title("Search – Hekje")
    await anna.goto(f"{windows.house.address}/write/{windows.cast.groep_3b}/{windows.cast.lotte}")
    await expect(anna).to_have_title("New message · Class 3B – Hekje")
    await anna.goto(f"{windows.house.address}/class/{windows.cast.groep_3b}/guardians")
    await expect(anna).to_have_title("Parents · Class 3B – Hekje")
    fatima, nobody = await windows.open("fatima", "/family"), await windows.open()
    await expect(fatima).to_have_title("My children – Hekje")
    await expect(nobody).to_have_title("Log in – Hekje")


async def test_a_class_that_calls_itself_one_is_not_called_so_twice(windows: Windows) -> None:
    school_class = await there(windows.store, SchoolClass, windows.cast.groep_3b)
    await windows.store.commit([Replace(replace(school_class, name="Groep 3"))])
    fatima = await windows.open("fatima")
    card = fatima.get_by_role("region", name="Sami Amrani")
    await expect(card).to_contain_text("Class 3 ·")
    await expect(card.get_by_role("link", name="Write to the teachers of class 3")).to_be_visible()


async def test_the_office_alone_is_offered_no_search(windows: Windows) -> None:
    await give_second_factor(windows, "dewit")
    dewit, fatima = await windows.open("dewit"), await windows.open("fatima")
    for page, offers in (dewit, 0), (fatima, 1):
        await expect(page.get_by_role("link", name="Settings")).to_be_visible()
        await expect(page.get_by_role("link", name="Search")).to_have_count(offers)


async def test_a_language_is_kept_with_the_account(windows: Windows) -> None:
    fatima = await windows.open("fatima", "/settings")
    await fatima.get_by_label("Nederlands").check()
    await expect(fatima.get_by_role("heading", name="Instellingen")).to_be_visible()
    assert await fatima.evaluate("() => document.documentElement.lang") == "nl"
    elsewhere = await windows.open("fatima")
    await expect(elsewhere.get_by_role("heading", name="Dag Fatima")).to_be_visible()
