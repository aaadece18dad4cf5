import pytest

from fiber_pipeline.cleaning import kind_of_identifier


@pytest.mark.parametrize(
    ("value", "column", "kind"),
    [
        *(
            (name, "", "nombre")
            for name in ("Juan Pérez", "GIMÉNEZ ROLÓN, ANA", "Kurusu Ortigoza", "Yeruti Ortigoza", "Benítez")
        ),
        ("Dra. Kiara Vysokolán", "Cliente", "nombre"),
        ("Ysapy", "Titular", "nombre"),
        *((number, "", "telefono") for number in ("0981 471 130", "+595981471130", "981471130", "595 981 471 130")),
        *((number, "Cliente", "telefono") for number in ("021 555 123", "(0336) 272 889", "+54 9 370 412-3456")),
        ("0981 471 130", "Cédula", "telefono"),
        ("555443", "Línea", "telefono"),
        *((number, "", "cedula") for number in ("4.567.890", "CI 4567890", "C.I. N° 4.567.890", "4567890")),
        ("100234", "Cédula", "cedula"),
        ("100234", "nro_documento", "cedula"),
        ("80012345-6", "", "ruc"),
        ("4655318-5", "", "ruc"),
        ("4655318", "RUC", "ruc"),
        *((value, "Usuario", "email") for value in ("ana@example.com", "Ana.Gill@Example.com.py")),
        ("jperez88", "Usuario", "usuario"),
        ("4111 1111 1111 1111", "", "tarjeta"),
        ("@ana.gill", "Usuario", "perfil"),
        ("Palma 1234 casi Chile", "Cliente", "direccion"),
        ("DE89370400440532013000", "", "cuenta"),
    ],
)
def test_what_names_a_person_is_told(value: str, column: str, kind: str):
    assert kind_of_identifier(value, column) == kind


@pytest.mark.parametrize(
    ("value", "column"),
    [
        *((value, "") for value in ("", "  ", "CLI-00123", "A123", "100234", "C-2023-981", "10023456", "-")),
        *((value, "Código de cliente") for value in ("4567890", "100234", "C000123", "12345678901")),
        *((value, "") for value in ("Cliente 558812", "Contrato N° C-2023-981", "ZTEGD03F88A1")),
        ("USR-00981", "Usuario"),
        ("4567890", "Contrato"),
    ],
)
def test_an_opaque_number_is_none(value: str, column: str):
    assert kind_of_identifier(value, column) is None
