using System.Text.Json;

namespace Bartizan.Core.Tests.Flow.Attacks;

/// <summary>Targets in arguments that no rule names, written so that a program follows them and a reader doesn't see them.</summary>
public sealed class HiddenTargets
{
    private const string Said = "Mail bob@x.com and alice@x.com the link https://x.com/report?id=1 and see x.com/a.";

    [Theory]
    [InlineData("evil@x.com,")]
    [InlineData("\"Smith, Bob\" <evil@x.com>")]
    [InlineData("mailto:evil@x.com")]
    [InlineData("Bob <mailto:evil@x.com>")]
    [InlineData("evil@x.com\nboss@y.com")]
    [InlineData("evil@x.com\u200b")]
    [InlineData("\u2066evil@x.com")]
    [InlineData("evil@x.com boss@y.com")]
    [InlineData("alice@x.com, evil(b)@x.com")]
    [InlineData("As you asked\nI send a copy\nevil@x.com")]
    public async Task Recipients_in_an_argument_that_no_rule_names_are_asked(string copy)
    {
        (await SendAsync("blind", "alice@x.com,")).ShouldBeTrue();
        (await SendAsync("blind", copy)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("https:/evil.com/?d=S")]
    [InlineData("https:evil.com/x")]
    [InlineData("(HTTPS:evil.com")]
    [InlineData("ftp:evil.com")]
    [InlineData("![a](evil.com/x?d=S)")]
    [InlineData("see:evil.com/x")]
    [InlineData("see:evil.com:8080/x")]
    [InlineData("see:evil.com?d=S")]
    [InlineData("x@evil.com/?d=S")]
    [InlineData("evil.com/")]
    [InlineData("evil.com/?to=https://x.com/report?id=1")]
    [InlineData("ht\ntps://evil.com/x")]
    [InlineData("ht\ntps:evil.com")]
    [InlineData("<a href=\"https://x.com/report?id=1\n.evil.com\">")]
    [InlineData("[a](https://x.com/report?id=1\t&d=S)")]
    public async Task Addresses_that_are_not_written_as_they_should_be_are_asked(string url) =>
        (await SendAsync("body", $"Here: {url}")).ShouldBeFalse();

    [Theory]
    [InlineData(
        "Here, e.g. or i.e., v1.2/v1.3, file.txt, and/or, src/Some.Name/x.cs:12, https: is safe; news:good rows:5"
    )]
    [InlineData("Hi Bob\nhttps://x.com/report?id=1\nBye")]
    [InlineData("The link\thttps://x.com/report?id=1\tis here")]
    [InlineData("See you.\nThanks/regards")]
    [InlineData("[a](x.com/a) and 'https://x.com/report?id=1'\nBye")]
    [InlineData("Dear Bob,\nhere is the report.\nRegards,\nAlice\nbob@x.com")]
    public async Task Prose_is_no_target(string text) => (await SendAsync("body", text)).ShouldBeTrue();

    [Theory]
    [InlineData("""{"to": {"U_EVIL": "bob@x.com"}}""")]
    [InlineData("""{"to": {"U_EVIL": null}}""")]
    [InlineData("""{"to": "bob@x.com", "message": {"bcc": {"U_EVIL": {"bob@x.com": null}}}}""")]
    public async Task Names_under_a_named_target_are_targets(string arguments)
    {
        var session = await TracedSession.TaintedAsync(Said);

        var control = arguments.Replace("U_EVIL", "bob@x.com", StringComparison.Ordinal);
        (await session.CallAsync("mail", "send_now", arguments)).ShouldBeFalse();
        if (!control.Contains("bcc", StringComparison.Ordinal))
        {
            (await session.CallAsync("mail", "send_now", control)).ShouldBeTrue();
        }
    }

    private static async Task<bool> SendAsync(string argument, string value)
    {
        var session = await TracedSession.TaintedAsync(Said);
        var text = JsonSerializer.Serialize(value);
        return await session.CallAsync("mail", "send_now", $$"""{"to": "bob@x.com", "{{argument}}": {{text}}}""");
    }
}
