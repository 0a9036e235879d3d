using N = Bartizan.Guards.Sensitive.NationalNumbers;

namespace Bartizan.Guards.Sensitive;

/// <summary>All kinds of numbers that are known by their check digits.</summary>
internal static class NumberKinds
{
    /// <summary>The kinds.</summary>
    public static NumberKind[] All { get; } =
    [
        new(
            "payment-card",
            "9999999999999|99999999999999|999999999999999|9999999999999999|99999999999999999|999999999999999999|9999999999999999999"
                + "|9999 9999 9999 9999|9999 999999 99999|9999 999999 9999|9999 9999 9999 9999 999",
            N.IsCard,
            0.95,
            0.98,
            "card visa mastercard amex credit debit pan cc payment"
        )
        {
            Bare = 0.75,
        },
        new("iban", IbanMasks(), Iban.IsValid, 0.98, 0.99, "iban account bank") { Bare = 0.98 },
        new("us-bank-routing", "999999999", N.IsAba, 0.3, 0.85, "routing aba rtn ach wire"),
        new("us-ssn", "999999999|999 99 9999", N.IsSsn, 0.75, 0.9, "ssn social security"),
        new("us-itin", "999999999|999 99 9999", N.IsItin, 0.75, 0.9, "itin taxpayer tax"),
        new("us-npi", "9999999999", N.IsNpi, 0.3, 0.85, "npi provider"),
        new("us-dea", "AA9999999", N.IsDea, 0.6, 0.9, "dea") { Bare = 0.6 },
        new("us-medicare", "9XX9AX9AA99|9XX9 AX9 AA99", N.IsMbi, 0.7, 0.9, "medicare mbi beneficiary") { Bare = 0.6 },
        new("uk-nhs", "9999999999|999 999 9999", N.IsNhs, 0.6, 0.9, "nhs patient"),
        new("uk-nino", "AA999999A|AA 99 99 99 A", N.IsNino, 0.8, 0.9, "nino national insurance ni") { Bare = 0.75 },
        new("de-tax-id", "99999999999|99 999 999 999", N.IsSteuerId, 0.7, 0.9, "steuer idnr tin"),
        new("de-vat", "AA999999999|AA 999999999|AA 999 999 999", N.IsUstId, 0.85, 0.95, "ust vat umsatzsteuer")
        {
            Bare = 0.85,
        },
        new("de-health", "A999999999", N.IsKvnr, 0.6, 0.9, "krankenvers versicherten kvnr") { Bare = 0.6 },
        new("de-id-card", "XXXXXXXXX9", N.IsGermanCard, 0.3, 0.85, "ausweis"),
        new("es-nif", "99999999A|99999999 A", N.IsNif, 0.8, 0.9, "nif dni") { Bare = 0.75 },
        new("es-nie", "A9999999A|A 9999999 A", N.IsNie, 0.8, 0.9, "nie extranjero") { Bare = 0.75 },
        new("it-fiscal-code", "AAAAAA99A99A999A", N.IsCodiceFiscale, 0.95, 0.98, "codice fiscale") { Bare = 0.95 },
        new("fr-nir", "999999X99999999|9 99 99 9X 999 999 99", N.IsNir, 0.9, 0.95, "sécu secu nir insee sociale")
        {
            Bare = 0.7,
        },
        new("fr-siren", "999999999|999 999 999", N.IsSiren, 0.3, 0.85, "siren"),
        new("fr-siret", "99999999999999|999 999 999 99999", N.IsSiren, 0.6, 0.9, "siret"),
        new("pl-pesel", "99999999999", N.IsPesel, 0.5, 0.95, "pesel"),
        new(
            "se-personal",
            "9999999999|999999 9999|999999999999|99999999 9999",
            N.IsPersonnummer,
            0.7,
            0.9,
            "personnummer personal"
        ),
        new("fi-hetu", "999999 999X|999999A999X", N.IsHetu, 0.85, 0.95, "hetu henkilötunnus") { Bare = 0.85 },
        new("nl-bsn", "999999999", N.IsBsn, 0.3, 0.9, "bsn burgerservice sofi"),
        new(
            "no-birth-number",
            "99999999999|999999 99999",
            N.IsFodselsnummer,
            0.75,
            0.95,
            "fødselsnummer fodselsnummer personnummer"
        )
        {
            Bare = 0.6,
        },
        new("be-national", "99999999999|99 99 99 999 99", N.IsBelgian, 0.85, 0.95, "rijksregister registre nrn"),
        new("ch-ahv", "9999999999999|999 9999 9999 99", N.IsAhv, 0.9, 0.95, "ahv avs") { Bare = 0.8 },
        new("pt-nif", "999999999|999 999 999", N.IsPortugueseNif, 0.3, 0.85, "nif contribuinte"),
        new("dk-cpr", "9999999999|999999 9999", N.IsCpr, 0.4, 0.85, "cpr"),
        new("in-aadhaar", "999999999999|9999 9999 9999", N.IsAadhaar, 0.8, 0.95, "aadhaar uidai"),
        new("in-pan", "AAAAA9999A", N.IsIndianPan, 0.75, 0.9, "pan income tax") { Bare = 0.7 },
        new("in-gstin", "99AAAAA9999AXXX", N.IsGstin, 0.95, 0.98, "gst") { Bare = 0.95 },
        new("au-tfn", "999999999|999 999 999", N.IsTfn, 0.3, 0.9, "tfn tax file"),
        new("au-abn", "99999999999|99 999 999 999", N.IsAbn, 0.75, 0.9, "abn business number"),
        new("au-acn", "999999999|999 999 999", N.IsAcn, 0.3, 0.85, "acn company number"),
        new("au-medicare", "9999999999|9999 99999 9", N.IsMedicare, 0.6, 0.9, "medicare"),
        new("ca-sin", "999999999|999 999 999", N.IsSin, 0.5, 0.9, "sin social insurance"),
        new("sg-nric", "A9999999A", N.IsNric, 0.85, 0.95, "nric fin") { Bare = 0.85 },
        new("kr-rrn", "9999999999999|999999 9999999", N.IsRrn, 0.85, 0.95, "rrn 주민"),
        new("tr-id", "99999999999", N.IsTckn, 0.5, 0.95, "tckn kimlik"),
        new("th-id", "9999999999999|9 9999 99999 99 9", N.IsThai, 0.85, 0.95, "บัตร thai"),
        new("za-id", "9999999999999|999999 9999 999", N.IsSouthAfrican, 0.7, 0.9, "identity south africa"),
        new("br-cpf", "99999999999|999 999 999 99", N.IsCpf, 0.9, 0.95, "cpf"),
        new("br-cnpj", "99999999999999|99 999 999 9999 99", N.IsCnpj, 0.9, 0.95, "cnpj"),
        new("cn-id", "99999999999999999X", N.IsChinese, 0.95, 0.98, "身份证 resident") { Bare = 0.9 },
        new("imei", "999999999999999|99 999999 999999 9", N.IsImei, 0.5, 0.9, "imei"),
        new("vin", "XXXXXXXXXXXXXXXXX", N.IsVin, 0.6, 0.9, "vin vehicle chassis") { Bare = 0.55 },
    ];

    private static string IbanMasks()
    {
        var masks = new List<string>();
        foreach (var length in Iban.Lengths.Values.Distinct().Order())
        {
            var plain = "AA99" + new string('X', length - 4);
            masks.Add(plain);
            masks.Add(string.Join(' ', plain.Chunk(4).Select(four => new string(four))));
        }

        return string.Join('|', masks);
    }
}
