using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Bartizan.Gateway.Tests.Model.Deciding;

namespace Bartizan.Gateway.Tests.Model.Attacks;

/// <summary>Calls that are hidden from who decides and would be found by a client. Each is cut or refused; none passes.</summary>
public sealed class DecidedAnswerAttacks
{
    [Theory]
    [MemberData(nameof(HiddenCalls.Streams), MemberType = typeof(HiddenCalls))]
    public async Task A_call_that_is_hidden_in_a_stream_never_passes(string attack, string path, string stream)
    {
        await using var house = await DecidedHouse.StartAsync();

        foreach (var size in (int[])[int.MaxValue, 5])
        {
            var answer = await house.StreamAsync(path, stream, size);

            answer.ShouldNotContain("\"rm -r src", Case.Sensitive, attack);
            answer.ShouldNotContain("\\u0022rm -r src", Case.Sensitive, attack);
            answer.ShouldNotContain("tool_use", Case.Sensitive, attack);
            answer.ShouldNotContain("arguments", Case.Sensitive, attack);
            (answer.EndsWith(DecidedHouse.Cut, StringComparison.Ordinal) || house.Refused.Count > 0).ShouldBeTrue(
                attack
            );
        }

        house.Granted.ShouldBeEmpty(attack);
    }

    [Theory]
    [InlineData(Wires.Anthropic)]
    [InlineData(Wires.Chat)]
    [InlineData(Wires.Responses)]
    public async Task A_refused_call_never_passes_wherever_the_bytes_are_cut(string path)
    {
        await using var house = await DecidedHouse.StartAsync();
        var stream = Wires.Stream(path, ("bash", """{"command":"rm -r src"}"""));
        var first = stream[..(stream.Length / 2)];

        for (var size = 1; size < 40; size += 3)
        {
            Wires.Read(path, await house.StreamAsync(path, stream, size)).Calls.ShouldBeEmpty();
        }

        (await house.StreamAsync(path, first)).ShouldEndWith(DecidedHouse.Cut);
    }

    [Theory]
    [InlineData("\r")]
    [InlineData("\r\n")]
    public async Task Whatever_ends_the_lines_a_call_is_decided(string end)
    {
        await using var house = await DecidedHouse.StartAsync();
        foreach (var path in (string[])[Wires.Anthropic, Wires.Chat, Wires.Responses])
        {
            var bad = Wires.Stream(path, ("bash", """{"command":"rm -r src"}""")).ReplaceLineEndings(end);
            var good = Wires.Stream(path, ("bash", """{"command":"ls"}""")).ReplaceLineEndings(end);

            foreach (var size in (int[])[1, 2, 50, int.MaxValue])
            {
                Wires.Read(path, await house.StreamAsync(path, bad, size)).Calls.ShouldBeEmpty();
                (await house.StreamAsync(path, good, size)).ShouldBe(good);
            }
        }
    }

    [Theory]
    [InlineData("""{"command":"ls","command":"rm -r src"}""")]
    [InlineData("""{"command":"ls","Command":"rm -r src"}""")]
    [InlineData("""{"command":"ls"}{"command":"rm -r src"}""")]
    [InlineData("""["rm -r src"]""")]
    [InlineData("""{"command":"ls",}""")]
    [InlineData("""{"command":"ls\ud800"}""")]
    [InlineData("""{"command":"l""")]
    public async Task Arguments_that_can_be_read_in_two_ways_are_refused(string arguments)
    {
        await using var house = await DecidedHouse.StartAsync();
        foreach (var path in (string[])[Wires.Anthropic, Wires.Chat, Wires.Responses])
        {
            var (calls, text, _) = Wires.Read(
                path,
                await house.StreamAsync(path, Wires.Stream(path, ("bash", arguments)))
            );
            calls.ShouldBeEmpty();
            text.ShouldContain("Bartizan refused");
        }

        house.Granted.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_name_in_escapes_is_the_name()
    {
        await using var house = await DecidedHouse.StartAsync();
        var stream = Wires
            .Stream(Wires.Chat, ("todowrite", """{"command":"rm -r src"}"""))
            .Replace("\"todowrite\"", "\"\\u0062\\u0061\\u0073\\u0068\"", StringComparison.Ordinal);

        Wires.Read(Wires.Chat, await house.StreamAsync(Wires.Chat, stream)).Calls.ShouldBeEmpty();

        house.Refused.ShouldHaveSingleItem().ShouldStartWith("rm");
    }

    [Fact]
    public async Task A_text_can_not_hold_an_event_for_who_takes_other_characters_for_the_end_of_a_line()
    {
        await using var house = await DecidedHouse.StartAsync();
        foreach (var end in (string[])["\u2028", "\u2029", "\u0085"])
        {
            var text = $"x{end}data: {{}}{end}";
            var answer = await house.StreamAsync(
                Wires.Chat,
                $"data: {{\"choices\":[{{\"delta\":{{\"content\":\"{text}\"}}}}]}}\n\n",
                3
            );

            answer.ShouldNotContain(end);
            JsonNode.Parse(answer.Trim()[6..])!["choices"]![0]!["delta"]!["content"]!.GetValue<string>().ShouldBe(text);
        }
    }

    [Fact]
    public async Task Huge_arguments_are_cut_at_the_bound()
    {
        await using var house = await DecidedHouse.StartAsync();
        var pieces = 0;
        house.Upstream.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, HiddenCalls.Delta(HiddenCalls.Piece("todowrite", "{\"x\":\"")));
            var piece = HiddenCalls.Delta(Arguments(new string('x', 60_000)));
            for (var i = 0; i < pieces && !context.RequestAborted.IsCancellationRequested; i++)
            {
                await ScriptedUpstream.StreamAsync(context, piece);
            }

            await ScriptedUpstream.StreamAsync(context, HiddenCalls.Delta(Arguments("\\\"}")), HiddenCalls.Finish);
        };

        pieces = 100;
        (await house.ReadAsync(Wires.Chat)).ShouldEndWith(
            "data: [DONE]\n\n",
            Case.Sensitive,
            (await house.House.Journal.OutcomeAsync()).Detail
        );
        pieces = 300;
        var answer = await house.ReadAsync(Wires.Chat);
        answer.ShouldEndWith(DecidedHouse.Cut);
        answer.ShouldNotContain("todowrite");

        static string Arguments(string text) =>
            $"{{\"tool_calls\":[{{\"index\":0,\"function\":{{\"arguments\":\"{text}\"}}}}]}}";
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-ndjson")]
    [InlineData("text/event-stream; charset=utf-16")]
    [InlineData("")]
    public async Task An_answer_of_a_kind_that_can_not_be_read_is_cut(string type)
    {
        await using var house = await DecidedHouse.StartAsync();
        var stream = Wires.Stream(Wires.Chat, ("bash", """{"command":"rm -r src"}"""));

        var answer = await house.StreamAsync(Wires.Chat, stream, type: type);

        answer.ShouldEndWith(DecidedHouse.Cut);
        answer.ShouldNotContain("rm -r");
    }

    [Fact]
    public async Task A_compressed_answer_is_not_asked_for_and_is_cut_when_it_comes()
    {
        await using var house = await DecidedHouse.StartAsync();
        house.Upstream.Answer = async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var gzip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(
                Encoding.UTF8.GetBytes(Wires.Body(Wires.Chat, ("bash", """{"command":"rm -r src"}""")))
            );
        };

        (await house.ReadAsync(Wires.Chat)).ShouldEndWith(DecidedHouse.Cut);

        house.Upstream.Requests.Single().Headers["accept-encoding"].ShouldBe("identity");
    }

    [Fact]
    public async Task A_kill_while_calls_are_held_lets_nothing_of_them_go()
    {
        await using var house = await DecidedHouse.StartAsync();
        var stream = Wires.Stream(Wires.Anthropic, ("bash", """{"command":"ls"}"""));
        var cut = stream.LastIndexOf("event: content_block_stop", StringComparison.Ordinal);
        house.Upstream.Answer = async context =>
        {
            await ScriptedUpstream.StreamAsync(context, stream[..cut]);
            house.House.MineControl.End().ShouldBeTrue();
            await ScriptedUpstream.StreamAsync(context, stream[cut..]);
        };

        var answer = await house.ReadAsync(Wires.Anthropic);

        answer.ShouldEndWith(DecidedHouse.Cut);
        answer.ShouldNotContain("tool_use");
        house.Granted.ShouldBeEmpty();
    }
}
