"""What people in the demo school are called."""

from __future__ import annotations

SCHOOL = "Basisschool De Vuurvlinder"
SCHOOL_ID = "vuurvlinder"
CONTACT = "Bel de administratie op 088 000 00 00, op schooldagen van 8.00 tot 16.00 uur."

GIRLS = (
    "Aylin", "Amira", "Anna", "Bente", "Charlotte", "Dana", "Elif", "Emma", "Esmée", "Eva", "Evi", "Fenna",
    "Fleur", "Hanna", "Ilse", "Isa", "Jade", "Jasmijn", "Julia", "Kiki", "Lara", "Lena", "Lieke", "Lina",
    "Lisa", "Liv", "Lotte", "Maud", "Mia", "Mila", "Nina", "Noa", "Nora", "Olivia", "Pien", "Puck", "Roos",
    "Sara", "Saar", "Senna", "Sofie", "Suze", "Tess", "Vera", "Yara", "Yasmin", "Zoë",
)  # fmt: skip
BOYS = (
    "Adam", "Ali", "Amir", "Bas", "Ben", "Boaz", "Bram", "Casper", "Cem", "Daan", "David", "Dex", "Elias",
    "Finn", "Floris", "Guus", "Hugo", "Ilyas", "Jack", "Jens", "Jesse", "Job", "Joep", "Jurre", "Kaan",
    "Kai", "Koen", "Lars", "Levi", "Luca", "Lucas", "Luuk", "Mats", "Max", "Milan", "Milo", "Mohammed",
    "Noud", "Otis", "Pim", "Quinten", "Rayan", "Sem", "Siem", "Stijn", "Teun", "Thijs", "Tijn", "Vince",
)  # fmt: skip
MOTHERS = (
    "Agnieszka", "Aisha", "Annemiek", "Barbara", "Carla", "Chantal", "Daniëlle", "Elise", "Emine",
    "Femke", "Hanneke", "Inge", "Jolanda", "Judith", "Kim", "Laura", "Leila", "Lisette", "Manon", "Maria",
    "Mei", "Merel", "Mirjam", "Naima", "Nicole", "Pauline", "Renske", "Rosa", "Samira", "Saskia", "Simone",
    "Suzanne", "Tamara", "Willemijn", "Yvonne", "Zeynep",
)  # fmt: skip
FATHERS = (
    "Abdel", "Arjan", "Bart", "Bastiaan", "Dennis", "Edwin", "Erik", "Frank", "Gijs", "Hakan", "Hassan",
    "Jeroen", "Jeffrey", "Johan", "Karim", "Lennart", "Maarten", "Marcin", "Martijn", "Mehmet", "Michiel",
    "Niels", "Omar", "Patrick", "Paul", "Pieter", "Remco", "Ricardo", "Robin", "Rutger", "Sander", "Stefan",
    "Vincent", "Wei", "Willem", "Xander",
)  # fmt: skip
FAMILIES = (
    "Aksoy", "Baldewsingh", "Bakker", "Benali", "van den Berg", "Blom", "de Boer", "Bos", "Brouwer",
    "van Dam", "Demir", "Dijkstra", "van Dijk", "Dekker", "van der Heijden", "Haddad", "Hoekstra",
    "de Jong", "Jacobs", "Kaya", "Kok", "Koster", "Kuijpers", "van Leeuwen", "van der Linden",
    "Maas", "Martens", "Meijer", "van der Meer", "Mensah", "Molenaar", "Mulder", "Nguyen", "Nowak",
    "van Oosten", "Pinas", "Post", "Postma", "Prins", "Rahimi", "de Ruiter", "Sanders", "Schouten",
    "Silva", "Smeets", "Smit", "Snijders", "Tahiri", "Timmermans", "van Veen", "Veenstra",
    "Verbeek", "Vermeer", "Visser", "Vos", "de Vries", "van der Wal", "Wang", "Willems", "de Wit",
    "Wouters", "Yıldız", "Zijlstra", "van Zanten",
)  # fmt: skip
