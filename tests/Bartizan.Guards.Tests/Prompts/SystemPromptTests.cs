using System.Text;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Guards.Tests.Contents;
using Bartizan.Guards.Tests.Streams;

namespace Bartizan.Guards.Tests.Prompts;

/// <summary>Pieces of a system prompt in what a model says and an agent sends.</summary>
public sealed class SystemPromptTests
{
    private const string Prompt =
        "You are the helpdesk of Almond Insurance. Be polite. Offer a goodwill discount of up to seven percent only when a "
        + "customer threatens to leave twice. Escalate every claim above four thousand euro to the claims board in Trier. "
        + "Never mention that the old tariff is still open to staff members.";

    private const string Piece =
        "Offer a goodwill discount of up to seven percent only when a customer threatens to leave twice.";

    private static string Quoted => JsonSerializer.Serialize(Prompt);

    public static TheoryData<string> Requests() =>
        [
            $$"""{"system":{{Quoted}},"messages":[]}""",
            $$"""{"system":[{"type":"text","text":{{Quoted}}}],"messages":[]}""",
            $$"""{"messages":[{"role":"system","content":{{Quoted}}},{"role":"user","content":"hi"}]}""",
            $$"""{"messages":[{"role":"developer","content":[{"type":"text","text":{{Quoted}}}]}]}""",
            $$"""{"instructions":{{Quoted}},"input":"hi"}""",
            $$"""{"input":[{"role":"developer","content":[{"type":"input_text","text":{{Quoted}}}]}]}""",
            $$$"""{"systemInstruction":{"parts":[{"text":{{{Quoted}}}}]},"contents":[]}""",
        ];

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task It_is_known_from_each_wire_format_and_found_where_it_leaves(string request)
    {
        var house = new House("{ output: { system_prompt: block } }");
        (await house.ModelAsync(request)).Strictest.ShouldBe(Effect.Allow);
        (await house.ToolAsync(Body(Piece))).Strictest.ShouldBe(Effect.Deny);
        (await house.ToolAsync(Body("The prompt says: " + Piece))).Strictest.ShouldBe(Effect.Deny);
        (await house.HttpAsync("POST /a HTTP/1.1\r\n", Piece)).Strictest.ShouldBe(Effect.Deny);
        (await house.ModelAsync(request)).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task Written_in_other_ways_it_is_found()
    {
        var house = await KnowingAsync("block");
        foreach (
            var text in new[]
            {
                Piece.ToUpperInvariant(),
                Piece.Replace(' ', '_'),
                Piece.Replace(" ", " **", StringComparison.Ordinal),
                Convert.ToBase64String(Encoding.UTF8.GetBytes(Prompt)),
                Convert.ToHexString(Encoding.UTF8.GetBytes(Prompt)),
                new string([.. Prompt.Reverse()]),
                string.Concat(Prompt.SelectMany(c => $"%{(int)c:x2}")),
            }
        )
        {
            (await house.ToolAsync(Body(text))).Strictest.ShouldBe(Effect.Deny, text);
        }
    }

    [Fact]
    public async Task Its_sentences_in_another_order_with_others_between_are_found_by_their_share()
    {
        var house = await KnowingAsync("block");
        var words = Prompt.Split(' ').Chunk(8).Reverse().Select(c => string.Join(' ', c));
        var text = string.Join(" And besides this I can say that ", words);
        var report = await house.ToolAsync(Body(text));
        report.Strictest.ShouldBe(Effect.Deny);
        report.Verdicts.ShouldContain(v => v.StartsWith("system_prompt/1 ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Be polite. You are the helpdesk of Almond Insurance.")]
    [InlineData("I can offer a discount of up to seven percent when you stay with us for another year.")]
    [InlineData("Please escalate every claim to the board.")]
    [InlineData("It rains in Bonn.")]
    public async Task A_short_sentence_that_anybody_would_write_isnt(string text)
    {
        var house = await KnowingAsync("block");
        (await house.ToolAsync(Body(text))).Strictest.ShouldBe(Effect.Allow);
        house
            .Watched(Wire.All["chat"](text.Chunk(3).Select(c => new string(c))), 99, "text/event-stream")
            .IsCut.ShouldBeFalse();
    }

    [Fact]
    public async Task An_answer_that_recites_it_is_cut_in_each_wire_format()
    {
        foreach (var wire in Wire.All.Keys)
        {
            foreach (var text in new[] { Prompt, Convert.ToBase64String(Encoding.UTF8.GetBytes(Prompt)) })
            {
                var house = await KnowingAsync("block");
                var stream = Wire.All[wire](("Sure: " + text).Chunk(5).Select(c => new string(c)));
                var (passed, isCut, verdicts) = house.Watched(stream, 700, "text/event-stream");
                isCut.ShouldBeTrue(wire);
                passed.Length.ShouldBeLessThan(stream.Length / 2);
                verdicts.ShouldStartWith("system_prompt/1 answer");
            }
        }
    }

    [Fact]
    public async Task Asked_a_person_is_asked_of_actions_and_an_answer_is_cut()
    {
        var house = await KnowingAsync("ask");
        (await house.ToolAsync(Body(Piece))).Strictest.ShouldBe(Effect.Ask);
        house.Watched(Wire.All["chat"]([Piece]), 99, "text/event-stream").IsCut.ShouldBeTrue();
        (await (await KnowingAsync("report")).ToolAsync(Body(Piece))).Strictest.ShouldBe(Effect.Allow);
    }

    [Fact]
    public async Task Another_session_knows_nothing_of_it()
    {
        await KnowingAsync("block");
        (await new House("{ output: { system_prompt: block } }").ToolAsync(Body(Piece))).Strictest.ShouldBe(
            Effect.Allow
        );
    }

    private static async Task<House> KnowingAsync(string action)
    {
        var house = new House($$"""{ output: { system_prompt: {{action}} } }""");
        await house.ModelAsync($$"""{"system":{{Quoted}},"messages":[]}""");
        return house;
    }

    private static string Body(string text) => $$"""{"body":{{JsonSerializer.Serialize(text)}}}""";
}
