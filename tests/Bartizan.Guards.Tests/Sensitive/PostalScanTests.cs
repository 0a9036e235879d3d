using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Tests.Sensitive;

/// <summary>Postal addresses, by street, number, post code and label.</summary>
public sealed class PostalScanTests
{
    private const double Sure = 0.75;

    [Theory]
    [InlineData("ship to 12 Oak Street, Springfield, IL 62701-1234 today", "12 Oak Street, Springfield, IL 62701-1234")]
    [InlineData("1600 Old Mill Rd., Apt 4, Dayton OH 45402", "1600 Old Mill Rd., Apt 4, Dayton OH 45402")]
    [InlineData("at 10 High Street, Leeds LS1 4AB now", "10 High Street, Leeds LS1 4AB")]
    [InlineData("7 King's Road\nLondon SW1A 1AA", "7 King's Road\nLondon SW1A 1AA")]
    [InlineData("Lindenstraße 12a, 10969 Berlin", "Lindenstraße 12a, 10969 Berlin")]
    [InlineData("Alter Weg 3\n8001 Zürich", null)]
    [InlineData("Bahnhofstr. 4, 8001 Zürich", "Bahnhofstr. 4, 8001 Zürich")]
    [InlineData("12 rue de la Paix, 75002 Paris", "12 rue de la Paix, 75002 Paris")]
    [InlineData("12, avenue d'Italie, 75013 Paris", "12, avenue d'Italie, 75013 Paris")]
    [InlineData("Calle Mayor 5, 28013 Madrid", "Calle Mayor 5, 28013 Madrid")]
    [InlineData("Via Roma, 12, 20121 Milano", "Via Roma, 12, 20121 Milano")]
    [InlineData("Prinsengracht 263, 1016 GV Amsterdam", "Prinsengracht 263, 1016 GV Amsterdam")]
    [InlineData("ul. Prosta 5, 00-838 Warszawa", "ul. Prosta 5, 00-838 Warszawa")]
    [InlineData("Postfach 1234, 3000 Bern", "Postfach 1234, 3000 Bern")]
    [InlineData("{\"address\":\"12 Oak Street\",\"n\":1}", "12 Oak Street")]
    [InlineData("shipping_address: Lindenallee 7", "Lindenallee 7")]
    public void It_is_found(string text, string? place)
    {
        var found = Of(text).Where(f => f.Confidence >= Sure).Select(f => text[f.Start..f.End]).ToList();
        found.ShouldBe(place is null ? [] : [place]);
    }

    [Theory]
    [InlineData("We have 12 Green Chairs and 4 rooms in Main Street")]
    [InlineData("In 2024 Wall Street fell, and 5 Star hotels")]
    [InlineData("listen on port 8080 Berlin time 12:30")]
    [InlineData("step 3 Drive slowly; 12 Angry Men")]
    [InlineData("int[] a = { 1, 2, 3 }; // row 12 col 4")]
    [InlineData("Vorgang 12, Anfang 10115 Berlin")]
    public void Ordinary_text_holds_none(string text) =>
        Of(text)
            .ShouldNotContain(f => f.Confidence >= Sure, string.Join("; ", Of(text).Select(f => text[f.Start..f.End])));

    [Fact]
    public void A_street_alone_is_none() => Of("turn left at 12 Oak Street there").ShouldBeEmpty();

    private static IEnumerable<ContentFinding> Of(string text) =>
        ContentScan.Of(text, Channel.Untrusted, Sought.Sensitive).Findings.Where(f => f.Kind == "postal-address");
}
