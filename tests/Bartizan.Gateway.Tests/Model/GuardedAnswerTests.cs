using System.Net;
using System.Text;
using Bartizan.Core.Enforcement;

namespace Bartizan.Gateway.Tests.Model;

/// <summary>A credential of the session in a model's answer, in disguise and letter by letter: it never reaches the agent whole.</summary>
public sealed class GuardedAnswerTests
{
    private const string Request = """{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    private static readonly string _hidden = Convert.ToBase64String(
        Encoding.UTF8.GetBytes($"x{GatewayUnderTest.ProviderKey}")
    );

    [Fact]
    public async Task A_stream_that_spells_a_credential_letter_by_letter_is_cut_and_its_entry_says_so()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context => StreamAsync(context, $"It is {_hidden}, and so on and so on and so on.");
        await using var house = await GatewayUnderTest.StartAsync(upstream.Url, manifest: Manifest(upstream, "block"));

        var seen = await ReadAsync(house);

        seen.ShouldNotContain("[DONE]");
        seen.ShouldContain("a guard objects to the content");
        string.Concat(seen.Split("\"content\":\"").Skip(1).Select(s => s[0]))
            .Length.ShouldBeLessThan("It is ".Length + 16);
        var outcome = await house.Journal.OutcomeAsync();
        outcome.Outcome.ShouldBe(OutcomeKind.Cut);
        outcome.Detail!.ShouldContain("lent_secrets/1 answer 1.00 of 1.00 block");
        outcome.Payloads.ShouldBeEmpty();
    }

    [Fact]
    public async Task Taken_out_it_leaves_the_rest_of_the_stream()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context => StreamAsync(context, $"It is {_hidden}, and so on and so on and so on.");
        await using var house = await GatewayUnderTest.StartAsync(upstream.Url, manifest: Manifest(upstream, "redact"));

        var seen = await ReadAsync(house);

        seen.ShouldContain("[credential]");
        seen.ShouldEndWith("data: [DONE]\n\n");
        (await house.Journal.OutcomeAsync()).Detail!.ShouldContain("lent_secrets/1 answer 1.00 of 1.00 redact");
    }

    [Fact]
    public async Task A_clean_stream_passes_byte_for_byte()
    {
        await using var upstream = await ScriptedUpstream.StartAsync();
        upstream.Answer = context => StreamAsync(context, "It rains in Bonn, and so on and so on and so on.");
        await using var house = await GatewayUnderTest.StartAsync(upstream.Url, manifest: Manifest(upstream, "block"));

        (await ReadAsync(house)).ShouldBe(StreamOf("It rains in Bonn, and so on and so on and so on."));
        (await house.Journal.OutcomeAsync()).Detail!.ShouldContain("lent_secrets/1 answer 0.00 of 1.00 pass");
    }

    private static string Manifest(ScriptedUpstream upstream, string action) =>
        GatewayUnderTest.Manifest(upstream.Url, $"guards: {{ output: {{ secrets: {action} }} }}");

    private static string StreamOf(string text) =>
        string.Concat(text.Select(c => $$$"""data: {"choices":[{"index":0,"delta":{"content":"{{{c}}}"}}]}""" + "\n\n"))
        + "data: [DONE]\n\n";

    private static async Task StreamAsync(Microsoft.AspNetCore.Http.HttpContext context, string text)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var piece in Encoding.UTF8.GetBytes(StreamOf(text)).Chunk(50))
        {
            await context.Response.Body.WriteAsync(piece);
            await context.Response.Body.FlushAsync();
        }
    }

    private static async Task<string> ReadAsync(GatewayUnderTest house)
    {
        using var answer = await house.SendAsync("/v1/chat/completions", Request);
        answer.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Forbidden);
        var seen = new MemoryStream();
        try
        {
            await (await answer.Content.ReadAsStreamAsync()).CopyToAsync(seen);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // It was cut.
        }

        return Encoding.UTF8.GetString(seen.ToArray());
    }
}
