using System.Text.Json;
using Bartizan.Console.Texts;

namespace Bartizan.Console.Tests;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain text, with ünicode and 漢字 ✓", "plain text, with ünicode and 漢字 ✓")]
    [InlineData("pay \u202eyob\u202c now", "pay \\u{202e}yob\\u{202c} now")]
    [InlineData("a\u200bb", "a\\u{200b}b")]
    [InlineData("line\nline\r\t\0", "line\\u{a}line\\u{d}\\u{9}\\u{0}")]
    [InlineData("\u2066x\u2069", "\\u{2066}x\\u{2069}")]
    [InlineData("\U000e0041\U000e007f", "\\u{e0041}\\u{e007f}")]
    [InlineData("a\u00a0b\u3000c", "a\\u{a0}b\\u{3000}c")]
    [InlineData("x\u3164y\u2800", "x\\u{3164}y\\u{2800}")]
    [InlineData("\ufe0f\U000e0100", "\\u{fe0f}\\u{e0100}")]
    [InlineData("\u2028\u2029\ufeff", "\\u{2028}\\u{2029}\\u{feff}")]
    [InlineData("\ue000", "\\u{e000}")]
    public void What_nobody_sees_is_spelt_out(string text, string shown) => VisibleText.Of(text).ShouldBe(shown);

    [Fact]
    public void Runs_of_blanks_and_piles_of_marks_are_spelt_out()
    {
        VisibleText.Of("a" + new string(' ', 9) + "b").ShouldBe("a        \\u{20}b");
        VisibleText.Of("a\u0301\u0301\u0301\u0301").ShouldBe("a\u0301\u0301\u0301\\u{301}");
    }

    [Fact]
    public void Of_a_long_text_it_is_told_how_much_is_left_out()
    {
        var shown = VisibleText.Brief(new string('x', VisibleText.MaxInList + 5));

        shown.ShouldEndWith(" …[5 more characters]");
    }

    [Fact]
    public void Half_a_pair_at_the_cut_is_no_reason_to_fail()
    {
        var text = new string('x', VisibleText.MaxInList - 1) + "😀😀";

        VisibleText.Brief(text).ShouldContain("more characters");
    }

    [Fact]
    public void Json_says_the_same_and_hides_nothing()
    {
        const string Hidden = "{\"to\":\"a\u202eb\u200b\U000e0041\",\n \"n\":1}";

        var shown = VisibleText.Json(Hidden);

        shown.ShouldBe("{\"to\":\"a\\u202eb\\u200b\\udb40\\udc41\",\n \"n\":1}");
        JsonElement
            .DeepEquals(JsonElement.Parse(shown), JsonElement.Parse(Hidden))
            .ShouldBeTrue("the draft would say something else");
    }

    [Theory]
    [InlineData("/log?query=a", "/log?query=a")]
    [InlineData("//evil.example/", "/")]
    [InlineData("/\\evil.example", "/")]
    [InlineData("https://evil.example/", "/")]
    [InlineData("javascript:alert(1)", "/")]
    [InlineData("/\t/evil.example", "/")]
    [InlineData("/x\r\nset-cookie: a=b", "/")]
    [InlineData("/a\\b", "/")]
    [InlineData("/\u00e9", "/")]
    [InlineData("", "/")]
    [InlineData(null, "/")]
    public void After_signing_in_one_goes_to_the_consoles_own_pages_only(string? asked, string goes) =>
        Names.Next(asked).ShouldBe(goes);
}
