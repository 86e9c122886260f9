from tests.store.search.rows import keep
from carnet.store.search.search import search
from carnet.store.search import patients


def test_it(any_cell):
    keep(
        {
            "resourceType": "Patient",
            "id": "p1",
            "name": [{"family": "L'Hermitte", "given": ["Élise", "Jeanne"]}],
            "birthDate": "1955-03-12",
            "telecom": [{"system": "phone", "value": "06 12 34 56 78"}],
        }
    )
    keep(
        {
            "resourceType": "Observation",
            "id": "o1",
            "subject": {"reference": "Patient/p1"},
            "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}]},
            "effectiveDateTime": "2020-01-01",
            "component": [
                {"code": {"coding": [{"code": "a"}]}, "valueQuantity": {"value": 120, "unit": "mmHg"}},
                {"code": {"coding": [{"code": "b"}]}, "valueQuantity": {"value": 80, "unit": "mmHg"}},
            ],
        }
    )

    def ids(t, *p):
        return [r.id for r in search(t, list(p)).rows]

    assert ids("Patient", ("name", "elise")) == ["p1"]
    assert ids("Patient", ("birthdate", "1955"), ("_sort", "-birthdate"), ("_total", "accurate")) == ["p1"]
    assert ids("Observation", ("patient", "p1"), ("code", "85354-9"), ("_sort", "-date")) == ["o1"]
    assert ids("Observation", ("patient.name", "herm")) == []
    assert ids("Observation", ("patient.name", "l herm")) == ["o1"]
    assert ids("Patient", ("_has:Observation:patient:code", "85354-9")) == ["p1"]
    assert ids("Observation", ("component-code-value-quantity", "a$120")) == ["o1"]
    assert ids("Observation", ("component-code-value-quantity", "a$80")) == []
    assert ids("Observation", ("combo-code-value-quantity", "b$80")) == ["o1"]
    assert ids("Observation", ("_content", "mmhg")) == ["o1"]
    assert ids("Observation", ("_lastUpdated", "ge1960"), ("_id", "o1"), ("status:missing", "true")) == ["o1"]
    for t in ["hermitte el", "lherm", "12/03/55", "1955", "0612", "elise 12/03/1955"]:
        assert [r.id for r in patients.find(t)] == ["p1"], t
    assert patients.find("hermitte x") == []
