using Bartizan.Guards.Findings;
using Bartizan.Guards.Sensitive;

namespace Bartizan.Guards.Tests.Sensitive;

public sealed class NumberKindsTests
{
    private const int Bodies = 1000;

    // Published by issuers or in their documentation as examples, and numbers made for tests.
    private const string Examples =
        "payment-card 4111111111111111,payment-card 378282246310005,payment-card 5555555555554444,payment-card 6011111111111117,"
        + "payment-card 3530111333300000,payment-card 30569309025904,iban GB82WEST12345698765432,iban DE89370400440532013000,"
        + "iban FR1420041010050500013M02606,iban NO9386011117947,us-bank-routing 021000021,us-bank-routing 011401533,us-npi 1234567893,"
        + "us-dea AB1234563,us-medicare 1EG4TE5MK73,uk-nhs 9434765919,uk-nino AB123456C,de-tax-id 86095742719,de-vat DE136695976,"
        + "de-health A123456780,de-id-card L01X00T471,es-nif 12345678Z,es-nie X1234567L,it-fiscal-code RSSMRA85T10A562S,"
        + "fr-nir 184127645108946,fr-siren 732829320,fr-siret 73282932000074,pl-pesel 44051401359,se-personal 8112189876,"
        + "fi-hetu 131052308T,nl-bsn 111222333,be-national 85073003328,ch-ahv 7569217076985,pt-nif 123456789,in-aadhaar 999941057058,"
        + "in-pan AFZPK7190K,in-gstin 27AAPFU0939F1ZV,au-tfn 123456782,au-abn 51824753556,au-acn 004085616,au-medicare 2123456701,"
        + "ca-sin 130692544,sg-nric S1234567D,tr-id 10000000146,za-id 8001015009087,br-cpf 11144477735,br-cnpj 11222333000181,"
        + "cn-id 11010519491231002X,imei 490154203237518,vin 1M8GDM9AXKP042788";

    // Where the check is one character for each body, and where it stands, from the end.
    private static readonly Dictionary<string, int> _place = new()
    {
        ["payment-card"] = 1,
        ["us-bank-routing"] = 1,
        ["us-npi"] = 1,
        ["us-dea"] = 1,
        ["uk-nhs"] = 1,
        ["de-tax-id"] = 1,
        ["de-vat"] = 1,
        ["de-health"] = 1,
        ["de-id-card"] = 1,
        ["es-nif"] = 1,
        ["es-nie"] = 1,
        ["it-fiscal-code"] = 1,
        ["fr-siren"] = 1,
        ["fr-siret"] = 1,
        ["pl-pesel"] = 1,
        ["se-personal"] = 1,
        ["fi-hetu"] = 1,
        ["nl-bsn"] = 1,
        ["ch-ahv"] = 1,
        ["pt-nif"] = 1,
        ["in-aadhaar"] = 1,
        ["in-gstin"] = 1,
        ["au-acn"] = 1,
        ["au-medicare"] = 2,
        ["ca-sin"] = 1,
        ["sg-nric"] = 1,
        ["kr-rrn"] = 1,
        ["tr-id"] = 1,
        ["th-id"] = 1,
        ["za-id"] = 1,
        ["br-cpf"] = 1,
        ["br-cnpj"] = 1,
        ["cn-id"] = 1,
        ["imei"] = 1,
        ["vin"] = 9,
    };

    public static TheoryData<string, string> Published() =>
        [.. Examples.Split(',').Select(e => (e.Split(' ')[0], e.Split(' ')[1]))];

    public static TheoryData<string> Checked() => [.. _place.Keys];

    [Theory]
    [MemberData(nameof(Published))]
    public void Every_published_example_is_valid_and_no_other_digit_in_its_place_is(string name, string number)
    {
        var kind = Kind(name);
        kind.IsValid(number).ShouldBeTrue();
        if (!_place.TryGetValue(name, out var place) || name == "au-medicare")
        {
            return;
        }

        foreach (
            var other in "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".Where(c =>
                char.IsAsciiDigit(c) == char.IsAsciiDigit(number[^place])
            )
        )
        {
            var changed = number.ToCharArray();
            changed[^place] = other;
            kind.IsValid(changed).ShouldBe(other == number[^place], new string(changed));
        }
    }

    [Theory]
    [MemberData(nameof(Checked))]
    public void Of_a_thousand_valid_numbers_every_one_changed_in_its_check_is_invalid(string name)
    {
        var kind = Kind(name);
        var random = new Chance((ulong)(name.Length * 7919));
        var mask = kind.Masks.Split('|')[0].Replace(" ", "");
        if (name == "fi-hetu")
        {
            mask = "999999999X";
        }

        var place = _place[name];
        var valid = 0;
        for (var tries = 0; valid < Bodies && tries < 5_000_000; tries++)
        {
            var number = mask.Select(m =>
                    m == '9' ? Digit(random)
                    : m == 'A' ? Letter(random)
                    : Either(random)
                )
                .ToArray();
            Fit(name, number, random);
            if (!kind.IsValid(number))
            {
                continue;
            }

            valid++;
            for (var other = '0'; other <= '9'; other++)
            {
                var changed = (char[])number.Clone();
                changed[^place] = other;
                if (other != number[^place] && kind.IsValid(changed))
                {
                    Assert.Fail($"{new string(number)} and {new string(changed)} are both valid");
                }
            }
        }

        valid.ShouldBe(Bodies);
    }

    [Fact]
    public void An_IBAN_with_one_character_changed_or_two_swapped_is_invalid()
    {
        foreach (
            var iban in Examples
                .Split(',')
                .Where(e => e.StartsWith("iban", StringComparison.Ordinal))
                .Select(e => e[5..])
        )
        {
            for (var at = 2; at < iban.Length; at++)
            {
                foreach (var other in "0123456789".Where(c => c != iban[at]))
                {
                    var changed = iban.ToCharArray();
                    changed[at] = other;
                    Iban.IsValid(changed).ShouldBeFalse(new string(changed));
                }

                if (at > 4 && iban[at] != iban[at - 1])
                {
                    var swapped = iban.ToCharArray();
                    (swapped[at], swapped[at - 1]) = (swapped[at - 1], swapped[at]);
                    Iban.IsValid(swapped).ShouldBeFalse(new string(swapped));
                }
            }
        }
    }

    [Theory]
    [InlineData("Card: 4111 1111 1111 1111, exp 12/27", "payment-card", "4111 1111 1111 1111")]
    [InlineData("pay with 4111-1111-1111-1111.", "payment-card", "4111-1111-1111-1111")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 00 please", "iban", "DE89 3704 0044 0532 0130 00")]
    [InlineData("{\"ssn\":\"536-90-4399\"}", "us-ssn", "536-90-4399")]
    [InlineData("CPF 111.444.777-35", "br-cpf", "111.444.777-35")]
    [InlineData("AHV 756.9217.0769.85", "ch-ahv", "756.9217.0769.85")]
    [InlineData("write to anna.smith@corp.com today", "email", "anna.smith@corp.com")]
    [InlineData("call +49 (30) 1234-5678!", "phone", "+49 (30) 1234-5678")]
    [InlineData("host 10.12.0.7 is down", "internal-address", "10.12.0.7")]
    public void A_number_is_found_as_people_write_it(string text, string kind, string value)
    {
        var one = ContentScan.Of(text, Channel.Untrusted).Findings.First(f => f.Kind == kind);
        text[one.Start..one.End].ShouldBe(value);
    }

    [Theory]
    [InlineData("2026-11-21 21:05:33.123456789 build 20261121 of 1.2.3.4.5 took 123456789 ns")]
    [InlineData("order 9876543210 shipped, invoice 2024-000123, page 12 of 345")]
    [InlineData("sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void Ordinary_numbers_are_none(string text) =>
        ContentScan.Of(text, Channel.Untrusted).Findings.Where(f => f.Guard == "personal_data").ShouldBeEmpty();

    private static NumberKind Kind(string name) => NumberKinds.All.Single(k => k.Name == name);

    private static char Digit(Chance random) => (char)('0' + random.Next(10));

    private static char Letter(Chance random) => (char)('A' + random.Next(26));

    private static char Either(Chance random) => random.Next(3) == 0 ? Letter(random) : Digit(random);

    // What of a body is no chance: prefixes and dates.
    private static void Fit(string name, char[] number, Chance random)
    {
        void Put(int at, string text) => text.CopyTo(0, number, at, text.Length);
        string Two(int least, int most) => random.Next(least, most + 1).ToString("00");
        switch (name)
        {
            case "payment-card":
                number[0] = '4';
                break;
            case "de-vat":
                Put(0, "DE");
                break;
            case "de-id-card":
                number[0] = "LMNPRTVWXYCFGHJK"[random.Next(16)];
                break;
            case "es-nie":
                number[0] = "XYZ"[random.Next(3)];
                break;
            case "it-fiscal-code":
                number[8] = "ABCDEHLMPRST"[random.Next(12)];
                break;
            case "ch-ahv":
                Put(0, "756");
                break;
            case "pl-pesel" or "se-personal" or "kr-rrn" or "za-id":
                Put(2, Two(1, 12) + Two(1, 28));
                break;
            case "fi-hetu":
                Put(0, Two(1, 28) + Two(1, 12));
                break;
            case "cn-id":
                Put(6, random.Next(1900, 2020).ToString() + Two(1, 12) + Two(1, 28));
                break;
            case "in-gstin":
                Put(0, Two(1, 37));
                break;
            case "sg-nric":
                number[0] = "STFGM"[random.Next(5)];
                break;
            case "us-npi":
                number[0] = '1';
                break;
        }
    }
}
