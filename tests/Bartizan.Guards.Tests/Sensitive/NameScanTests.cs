using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Tests.Sensitive;

/// <summary>Names of people, by what they are and what stands around them.</summary>
public sealed class NameScanTests
{
    private const double Sure = 0.75;

    [Theory]
    [InlineData("We met Anna Schmidt at noon.", "Anna Schmidt")]
    [InlineData("Yesterday Carlos García wrote.", "Carlos García")]
    [InlineData("a note by JEAN DUPONT today", "JEAN DUPONT")]
    [InlineData("Jean-Luc Moreau sings", "Jean-Luc Moreau")]
    [InlineData("ask Maria del Carmen Ortiz about it", "Maria del Carmen Ortiz")]
    [InlineData("send it to Thomas J. Miller", "Thomas J. Miller")]
    [InlineData("a table for Mr. Xanthopoulos, please", "Xanthopoulos")]
    [InlineData("Frau Dr. Quendler ruft an", "Quendler")]
    [InlineData("Prof. Anna Wieczorek lectures", "Anna Wieczorek")]
    [InlineData("Schmidt, Anna\n", "Schmidt, Anna")]
    [InlineData("Dear Anna,\nthe chairs are here", "Anna")]
    [InlineData("Best regards,\nTobias Quell", "Tobias Quell")]
    [InlineData("{\"first_name\":\"Xerxes\",\"age\":3}", "Xerxes")]
    [InlineData("{\"customerName\": \"Ulvhild Brekke\"}", "Ulvhild Brekke")]
    [InlineData("Full name: Ulvhild Brekke", "Ulvhild Brekke")]
    [InlineData("hello, my name is Ulvhild and I need help", "Ulvhild")]
    [InlineData("name=Anna&b=1", "Anna")]
    [InlineData("Contact: Anna Xylander", "Anna Xylander")]
    [InlineData("Łukasz Nowak and others", "Łukasz Nowak")]
    [InlineData("Ｍａｒｉａ Ｒｏｓｓｉ", "Ｍａｒｉａ Ｒｏｓｓｉ")]
    public void It_is_found(string text, string name)
    {
        Of(text)
            .Where(f => f.Confidence >= Sure)
            .Select(f => text[f.Start..f.End])
            .ShouldBe([name], string.Join("; ", Of(text)));
    }

    [Theory]
    [InlineData("May Day is a holiday in Paris and Austin. Will Bakers come? Mark Page 3, please.")]
    [InlineData("The Bernoulli Theorem, Hudson River, Washington Square and Jackson Street")]
    [InlineData("Anna University and the Martin Luther School")]
    [InlineData("Senior Software Engineer. Dr. Project. Product Manager wanted")]
    [InlineData("public static class JacksonParser { Jackson parser = new Jackson(); }")]
    [InlineData("import com.thomas.Miller; /home/Anna/Smith")]
    [InlineData("Monday Morning News: New York Stock Exchange opens")]
    [InlineData("\"name\": \"Green Chair\", \"title\": \"Royal Oak\"")]
    [InlineData("from: Berlin to: Munich")]
    [InlineData("Anna said that Peter and Paul wait")]
    [InlineData("anna schmidt in small letters isn't known")]
    public void Ordinary_text_holds_none(string text) =>
        Of(text)
            .ShouldNotContain(f => f.Confidence >= Sure, string.Join("; ", Of(text).Select(f => text[f.Start..f.End])));

    [Fact]
    public void A_first_name_before_an_unknown_word_is_a_guess()
    {
        var found = Of("We met Anna Xylander there.").ShouldHaveSingleItem();
        found.Confidence.ShouldBeInRange(0.5, 0.7);
    }

    [Theory]
    [InlineData("%41nna %53chmidt")]
    [InlineData("&#65;nna S&#99;hmidt")]
    [InlineData("An\u200Bna Sch\u00ADmidt")]
    [InlineData("A<b></b>nna Schmidt")]
    [InlineData("QW5uYSBTY2htaWR0IHdhbnRzIGEgY2hhaXI=")]
    public void So_it_is_in_disguise(string text) => Of(text).ShouldContain(f => f.Confidence >= Sure);

    [Fact]
    public async Task A_manifest_caps_and_takes_out_names()
    {
        const string Arguments = """{"text":"Anna Schmidt and Carlos Garcia come"}""";
        (await new Contents.House("{ output: { caps: { person-name: 1 } } }").ToolAsync(Arguments)).Strictest.ShouldBe(
            Core.Enforcement.Effect.Deny
        );
        (await new Contents.House("{ output: { caps: { person-name: 2 } } }").ToolAsync(Arguments)).Strictest.ShouldBe(
            Core.Enforcement.Effect.Allow
        );
        var redacted = await new Contents.House("{ output: { personal_data: redact } }").ToolAsync(Arguments);
        redacted.Instead.GetRawText().ShouldBe("""{"text":"[person-name-1] and [person-name-2] come"}""");
    }

    private static IEnumerable<ContentFinding> Of(string text) =>
        ContentScan.Of(text, Channel.Untrusted, Sought.Sensitive).Findings.Where(f => f.Kind == "person-name");
}
