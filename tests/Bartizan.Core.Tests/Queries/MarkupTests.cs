using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Tests.Queries;

public sealed class MarkupTests
{
    [Theory]
    [InlineData("2 > 1 and \"quotes\" & more")]
    [InlineData("")]
    public void Plain_text_has_no_markup(string text) => MarkupScan.Judge(text, Markup.None).ShouldBe(Truth.True);

    [Theory]
    [InlineData("<p>Hello <b>you</b></p><br/><br />")]
    [InlineData("<a href=\"https://example.com/a?b=c\">here</a>")]
    [InlineData("<a href=\"mailto:a@example.com\">mail</a>")]
    public void Formatting_and_links_are_formatting(string text)
    {
        MarkupScan.Judge(text, Markup.Formatting).ShouldBe(Truth.True);
        MarkupScan.Judge(text, Markup.None).ShouldBe(Truth.False);
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("<b onclick=alert(1)>x</b>")]
    [InlineData("<b/onclick=alert(1)>x</b>")]
    [InlineData("<a href=\"javascript:alert(1)\">x</a>")]
    [InlineData("<a href=\" javascript:alert(1)\">x</a>")]
    [InlineData("<a href=\"java\tscript:alert(1)\">x</a>")]
    [InlineData("<a href=\"https://x\" onclick=\"y\">x</a>")]
    [InlineData("<a href='https://x'>x</a>")]
    [InlineData("<a href=\"&#106;avascript:x\">x</a>")]
    [InlineData("<svg/onload=alert(1)>")]
    [InlineData("<iframe src=\"https://x\">")]
    [InlineData("<style>@import 'x'</style>")]
    [InlineData("<!-- x -->")]
    [InlineData("<?xml?>")]
    [InlineData("<p\n>")]
    [InlineData("<p")]
    [InlineData("<b\0>")]
    [InlineData("&lt;script&gt;")]
    [InlineData("&#60;script>")]
    [InlineData("<math><mi//xlink:href=\"data:x\">")]
    [InlineData("</b onclick=x>")]
    public void What_could_act_is_never_formatting(string text)
    {
        MarkupScan.Judge(text, Markup.Formatting).ShouldBe(Truth.False);
        MarkupScan.Judge(text, Markup.None).ShouldBe(Truth.False);
    }

    [Theory]
    [InlineData("""{"name":"x","age":{"$in":[1,2]}}""", "True")]
    [InlineData("\"plain\"", "True")]
    [InlineData("7", "True")]
    [InlineData("""{"$where":"sleep(9)"}""", "False")]
    [InlineData("""{"password":{"$ne":null}}""", "False")]
    [InlineData("""{"a":[{"b":{"$function":{}}}]}""", "False")]
    [InlineData("""{"a":{"$IN":[1]}}""", "False")]
    [InlineData("\"{\\\"$where\\\":\\\"1\\\"}\"", "False")]
    [InlineData("\"{'$where': 1}\"", "Unknown")]
    [InlineData("\"{\\\"a\\\":1,\\\"a\\\":{\\\"$ne\\\":1}}\"", "Unknown")]
    public void A_filter_holds_no_other_operators_than_it_may(string filter, string truth)
    {
        using var document = JsonDocument.Parse(filter);
        new OperatorTerms(["in", "eq"]).Judge(document.RootElement).ToString().ShouldBe(truth);
    }
}
