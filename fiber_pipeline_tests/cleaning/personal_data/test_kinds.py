"""Kind by kind: what makes a number, a name or a word personal data, and what keeps its likes from being marked."""

import pytest

from fiber_pipeline.cleaning import redact
from fiber_pipeline.cleaning.personal_data import redaction
from fiber_pipeline.text import PII_TYPES

FOUND = {
    "telefono": [
        *(
            "(0975) 804 113 y (021) 334 908",
            "0961 733 420/421",
            "mi linea 0982 33-22-11 no anda",
            "celular 984 226 118",
            "tel 445 667",
        ),
        *("nueve siete uno cuatro cuatro cinco seis seis siete", "0981 doscientos treinta trescientos doce"),
        *(
            "wa.me/595983112009",
            "https://wa.me/message/QXABCDEF",
            "https://api.whatsapp.com/send?phone=595961223344",
            "wsp +5493764112233",
        ),
    ],
    "cedula": [
        *(
            "CI4120558",
            "C.I.Nº5.044.187",
            "CI 3,918,220",
            "3,918,221 sin servicio",
            "c i 2.559.871",
            "pasaporte G1234567",
        ),
        *(
            "cedula un millon novecientos mil trescientos",
            "dos millones cien mil doce es mi cedula",
            "3 118 229 titular",
        ),
    ],
    "ruc": ["80024781-6 facturen a ese", "R U C 80.031.552-7", "emitan a 3118220-9", "1234567-9", "ruc 80118229 4"],
    "email": ["tereza.rolon(@)gmail.com", "correo: lilianb en gmail punto com", "rafa77 @ hotmail . es"],
    "tarjeta": [
        *("amex 3782-822463-10005", "la 6011 1111 1111 1117", "5105-1051-0510-5100", "cabal 6042 0112 3456 7893"),
        *("visa terminada en 4421", "los ultimos 4 digitos de mi tarjeta son 3390", "tarjeta **** 4432", "el CVV 417"),
    ],
    "cuenta": ["caja de ahorro 21-00455812-0", "alias bancario marta.fibra.py", "IBAN ES91 2100 0418 4502 0005 1332"],
    "direccion": [
        *(
            "casa 45 bloque C",
            "block B dpto 12",
            "estamos sobre Cacique Aracaré 1180",
            "che róga oĩ Iturbe 1120 ha Azara",
        ),
        *(
            "23 de Octubre 554",
            "Nuestra casa, Incas 2210, sin señal",
            "Humaitá 145 piso 4",
            "en herrera 1220 no hay",
            "en medina 1220",
        ),
        *("vivo en la avenida España", "Avda. Carlos A. López 3456", "casa 12 del conjunto Las Lomas"),
    ],
    "nombre": [
        *("soy Isidro Chamorro Uribarri", "Ña Pabla no tiene señal", "ña cefe reclama", "mi mujer Kerana firmó"),
        *("el tecnico jazael no volvio", "hable con norma", "un tal wilberto", "gracias roque", "saludos Bety"),
        *("Blanca me atendió", "y Denilson resolvió todo", "soy diosnel gamarra", "Firmado: M. Elizeche"),
        *(
            "VILLALBA BENÍTEZ, HUGO",
            "me vendió Hernán Pirelli",
            "el cajero Orlandito",
            "Adriano llamó",
            "con zunildo nomas",
            "ROLON, ANA",
        ),
    ],
    "ubicacion": [
        *("-25.3012, -57.5811", "25.2867 S 57.6470 O", "mi lat -25,29811 long -57,60122", "25°18'44\"S 57°34'11\"W"),
        *(
            "S 25° 17.344' W 057° 36.120'",
            "https://waze.com/ul/h6g9q2k1x",
            "https://goo.gl/maps/Tk2mVq8",
            "P9XR+4J Asunción",
        ),
    ],
    "nacimiento": [
        *("nací el 3 de marzo de 1984", "F. Nac. 01-02-1979", "nacida en 1974", "cumpleaños: 12 de junio"),
        *("soy del 15/08/1972", "nací un 5 de mayo de 1960", "fecha de nacimiento 1990-01-15"),
    ],
    "usuario": [
        *(
            "mi user es karen.rolon88",
            "usuario mgauto bloqueado",
            "usuario jperez",
            "mi red se llama LosPerez",
            "SSID ElBunker",
        ),
        *("red wifi Casa_Duarte_2.4G", "mi usuario es tigre", "usuario adiaz", "usuario kzubeldia"),
    ],
    "clave": [
        *(
            "clave wifi: fibra#99",
            "el password Miperro7",
            "mi pin es 0098",
            "la clave es ramona",
            "wifi clave: familiaunida",
        ),
        *("codigo de verificación 449021",),
    ],
    "perfil": [
        *("mi ig es lupe_py", "instagram @lili.benegas", "facebook: Rodrigo Cuenca", "t.me/juanca_py", "@maruchi"),
        *("facebook.com/rosa.duarte.33",),
    ],
    "contrato": [
        *("mi código de cliente es CL-449120", "contrato N° 2023-114478", "ticket #TK-448120", "reclamo RC2024-88712"),
        *("orden de servicio OS-55120", "cliente 7788990", "contrato #4521"),
    ],
    "equipo": [
        *("A4-2B-B0-11-9C-7F", "mac address F0B4D2119A3C", "S/N: ALCLF4A90B12", "ZTEGD03F88A1", "imei 867530041122336"),
        *("nro de serie del deco 4210998877", "001a.2b3c.4d5e"),
    ],
    "ip": ["mi ip es 190.128.45.67", "200.85.33.14 caída", "2803:5a00:12::9f no responde", "fe80::1a2b:3cff:fe4d:5e6f"],
}
SPARED = [
    # Numbers of things.
    *(
        "Contraté 300 megas y me llegan 40",
        "plan 600 300",
        "2.345.678 guaraníes",
        "me cobraron 4.655.318",
        "error 1045678",
    ),
    *("modelo HG8145V5", "router X 12345678 modelo 1234567", "canal 502", "24 horas", "esperé 45 minutos", "10/10"),
    *("versión 10.2.3.45 de la app", "actualización 5.2.0.3", "192.168.0.1 no abre", "DNS 8.8.8.8", "0800 119090"),
    *("de 25.500 a 57.300", "25.500 y 57.300 de aumento", "de 20 o 30 megas", "error 0x80072ee7", "antena 4 torre 3"),
    *("tres millones de guaraníes", "cédula vencida hace dos mil años", "uso VLAN 2000 y MTU 1492", "código 3001"),
    *("va con 4111 1111 1111 1112", "reclamo 3 veces", "hice el reclamo el 12/09/2025", "contrato de 24 meses"),
    *(
        "cliente desde 2016",
        "contrato 150.000 gs",
        "naci para sufrir",
        "fecha de pago 10/10/2025",
        "cumplo 5 años con 300",
    ),
    *("cuenta con 600 megas", "cliente 10 puntos", "línea 2 del menú", "el pin vence", "la serie 4 de Netflix"),
    *(
        "la linea 185.300 gs por mes",
        "linea 185000 es caro",
        "error 0214455667",
        "contrato 185.300 gs",
        "contrato 1.850.000",
    ),
    *(
        "cuenta 185.300 gs de más",
        "mi cuenta del 12/10/2025",
        "cuenta de 1.850.000",
        "el pin cuesta 2000 gs",
        "clave 2000 gs",
    ),
    *(
        "versión 12.20.30.45 de la app",
        "ip 8.8.8.8 anda",
        "AB12345678901234567 no va",
        "pieza 123456-1",
        "llamé el 12/10/2025",
    ),
    # Streets, towns and institutions.
    *(
        "en Eusebio Ayala hay corte",
        "la avenida Artigas está sin luz",
        "Doctor Botrell sin fibra",
        "Dr. Gill sin fibra",
    ),
    *(
        "J. Augusto Saldívar no tiene fibra",
        "Teniente Ríos lento",
        "Hospital Doctor Barrios sin internet",
        "Isla Bogado",
    ),
    *("el colegio Juan Ramón Dahlquist", "Virgen de Itatí", "en Juan Emilio Sosa se cae", "entre Luque y Areguá"),
    *("en España 2024 hubo corte", "plan Gamer 2024", "en Fibra 300 anda", "sobre Luque 500 familias", "Windows 1100"),
    *("en octubre 2340 cortes", "casa de 2 plantas", "casa 45", "piso 2 no llega", "calle 1 a calle 5"),
    *(
        "en Herrera 350 familias sin internet",
        "en Herrera 2500 usd de pasaje",
        "en Azara 300 no llega",
        "en Samsung 7100",
    ),
    *("En Luque anda mal. Vendieron 1250 en casa", "el técnico Caaguazú"),
    # Words of logins.
    *(
        "mi usuario es correcto",
        "usuario bloqueado",
        "la clave es muy larga",
        "la contraseña es incorrecta",
        "red de 5 GHz",
    ),
    *(
        "el wifi se llama igual",
        "wifi 6",
        "la clave del wifi no llega",
        "mi red se llama igual",
        "contraseña: la misma",
    ),
    *(
        "no abre Instagram ni Facebook",
        "@PersonalPy mejoren",
        "@tigo_py",
        "instagram.com no abre",
        "sigo en twitter a Tigo",
    ),
    *("la clave 5ghz no anda", "usuario www.personal.com.py no abre", "el técnico Tigo no vino"),
    # Words that are names.
    *("Luz volvió", "la cuenta de la luz", "La Casa de Papel", "el wifi se llama distinto", "Ña'arõ", "na internet"),
    *("che réra ndoikéi", "gracias Dios", "me llamo la atención", "el técnico amable", "con Personal", "con Luque"),
    *("felicito al técnico", "hable con soporte", "Netflix me atendió", "Flow vino lento", "Juan Valdez", "Don Bosco"),
    *("El servicio es Franco", "Julio y Agosto", "carro", "charla con el técnico", "doña internet", "don cliente"),
]


def test_every_kind_has_its_texts():
    assert set(FOUND) == set(PII_TYPES)


@pytest.mark.parametrize("kind", FOUND)
def test_what_is_personal_is_found_as_its_kind(kind: str):
    missed = [(text, redact(text).text) for text in FOUND[kind] if kind not in redact(text).types]
    assert not missed


def test_what_looks_like_it_is_spared():
    marked = [(text, redact(text).text) for text in SPARED if redact(text).types]
    assert not marked


def test_every_finder_finds_what_no_other_would(monkeypatch: pytest.MonkeyPatch):
    """No finder is there for nothing: without it, a text of its kind keeps what it holds, or is marked otherwise."""
    kinds = redaction._KINDS
    for left_out in kinds:
        monkeypatch.setattr(redaction, "_KINDS", tuple(kind for kind in kinds if kind is not left_out))
        redaction._finders.cache_clear()
        kind, find, _ = left_out
        assert any(kind not in redact(text).types for text in FOUND[kind]), find.__name__
    monkeypatch.undo()
    redaction._finders.cache_clear()


def test_what_is_marked_is_no_more_and_no_less_than_what_is_personal():
    assert redact("gracias Lourdes Netflix anda").text == "gracias [NOMBRE] Netflix anda"
    assert redact("vino maria gomendez ayer").text == "vino [NOMBRE] ayer"
    assert redact("tel 0961 733 420/421").text == "tel [TELEFONO]"
    assert redact("facebook: Rodrigo Cuenca Oficial").text == "facebook: [PERFIL]"
    assert redact("VILLALBA BENÍTEZ, HUGO").text == "[NOMBRE]"
    assert redact("usuario: rcantero contraseña: perro2020").text == "usuario: [USUARIO] contraseña: [CLAVE]"
    assert redact("red wifi Casa_Duarte_2.4G no sale").text == "red wifi [USUARIO] no sale"
