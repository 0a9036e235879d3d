using System.Text;
using System.Text.Json;
using Bartizan.Guards.Redactions;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Streams;

/// <summary>What was taken out of requests to a model comes back in its answers: the session's own values, and nowhere where they could leave.</summary>
public sealed class RestoringWatchTests
{
    private const string Guards = "{ model: { personal_data: redact, secrets: redact, restore: true } }";
    private const string Mail = "carla.gomez@gomez-bank.com";
    private const string Other = "bo@bo-b.org";
    private const string Sse = "text/event-stream";

    // A value that JSON has to escape.
    private static readonly string _key =
        "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n"
        + "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu\n-----END PRIVATE KEY-----";

    public static TheoryData<string> Wires() => [.. Wire.All.Keys];

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task A_placeholder_that_is_cut_anywhere_comes_back_whole(string wire)
    {
        var house = await GivenAsync(Mail, Other);
        var isJson = wire.Contains("arguments", StringComparison.Ordinal);
        var (before, after) = isJson ? ("{\"to\":\"", " and \"}") : ("Write to ", " and so on");
        var text = $"{before}[email-1], [email-2]{after}";

        for (var cut = 1; cut < text.Length; cut++)
        {
            foreach (var size in new[] { 1, 7, 4096 })
            {
                var (passed, isCut, verdicts) = house.Watched(Wire.All[wire]([text[..cut], text[cut..]]), size, Sse);

                isCut.ShouldBeFalse();
                Wire.TextOf(passed).ShouldBe($"{before}{Mail}, {Other}{after}");
                verdicts.ShouldBe("restore/1 answer (2 email)");
            }
        }

        // And letter by letter.
        var (letters, _, _) = house.Watched(Wire.All[wire](text.Select(one => one.ToString())), 1, Sse);
        Wire.TextOf(letters).ShouldBe($"{before}{Mail}, {Other}{after}");
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public async Task What_holds_none_passes_byte_for_byte(string wire)
    {
        var house = await GivenAsync(Mail);
        const string Text = "{\"a\":\"See [1], [email-], [email-99], [email-1, [x-1] and [literal-1] [\"}";

        foreach (var size in new[] { 1, 4096 })
        {
            var stream = Wire.All[wire](Text.Chunk(3).Select(piece => new string(piece)));
            house.Watched(stream, size, Sse).Passed.ShouldBe(stream);
        }
    }

    [Fact]
    public async Task What_waits_is_no_more_than_a_placeholder_and_what_follows_it()
    {
        var house = await GivenAsync(Mail);
        var watch = house.Watching(Sse)!;
        var held = new Queue<string>();
        foreach (var letter in string.Concat(Enumerable.Repeat("so [email-1234 [email- [ and on. ", 40)))
        {
            var sent = Wire.All["chat"]([letter.ToString()])[..^"data: [DONE]\n\n".Length];
            held.Enqueue(sent);
            var passed = Encoding.UTF8.GetString(watch.Take(Encoding.UTF8.GetBytes(sent), isLast: false)!.Value.Span);
            while (passed.Length > 0)
            {
                var next = held.Dequeue();
                passed.ShouldStartWith(next);
                passed = passed[next.Length..];
            }

            held.Count.ShouldBeLessThanOrEqualTo(43);
        }
    }

    [Fact]
    public async Task In_arguments_a_value_is_escaped_once_more_and_the_JSON_stays_JSON()
    {
        var house = await GivenAsync(_key);
        const string Arguments = """{"a":"x \" [private-key-1]","b":["[private-key-1]"]}""";

        var stream = Wire.All["anthropic, arguments"](Arguments.Chunk(2).Select(piece => new string(piece)));
        using var read = JsonDocument.Parse(Wire.TextOf(house.Watched(stream, 3, Sse).Passed));
        read.RootElement.GetProperty("a").GetString().ShouldBe($"x \" {_key}");
        read.RootElement.GetProperty("b")[0].GetString().ShouldBe(_key);

        var whole = """{"choices":[{"message":{"tool_calls":[{"function":{"name":"f","arguments":ARGS}}]}}]}""".Replace(
            "ARGS",
            JsonSerializer.Serialize(Arguments),
            StringComparison.Ordinal
        );
        using var answer = JsonDocument.Parse(house.Watched(whole, 5, "application/json").Passed);
        var call = answer.RootElement.GetProperty("choices")[0].GetProperty("message").GetProperty("tool_calls")[0];
        using var given = JsonDocument.Parse(call.GetProperty("function").GetProperty("arguments").GetString()!);
        given.RootElement.GetProperty("a").GetString().ShouldBe($"x \" {_key}");
    }

    [Theory]
    [InlineData(
        """{"content":[{"type":"text","text":"V"},{"type":"tool_use","id":"t","name":"f","input":{"id":"V","n":{"type":["V"]}}}]}"""
    )]
    [InlineData(
        """{"choices":[{"message":{"content":"V","tool_calls":[{"id":"a","function":{"arguments":"{\"a\":\"V\"}"}}]}}]}"""
    )]
    [InlineData(
        """{"output":[{"type":"message","content":[{"type":"output_text","text":"V"}]},{"type":"function_call","arguments":"{\"a\":\"V\"}"}]}"""
    )]
    [InlineData(
        """{"candidates":[{"content":{"parts":[{"text":"V"},{"functionCall":{"name":"f","args":{"type":"V"}}}]}}]}"""
    )]
    public async Task A_whole_answer_has_its_values_in_text_and_calls(string answer)
    {
        var house = await GivenAsync(Mail);

        var (passed, isCut, _) = house.Watched(
            answer.Replace("V", "[email-1]", StringComparison.Ordinal),
            11,
            "application/json; charset=utf-8"
        );

        isCut.ShouldBeFalse();
        passed.ShouldBe(answer.Replace("V", Mail, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        """{"content":[{"type":"thinking","thinking":"V","signature":"V"},{"type":"redacted_thinking","data":"V"}]}"""
    )]
    [InlineData(
        """{"content":[{"type":"web_search_tool_result","content":[{"title":"V","encrypted_content":"V"}]}]}"""
    )]
    [InlineData(
        """{"id":"V","model":"V","output":[{"type":"reasoning","summary":[{"text":"V"}],"encrypted_content":"V"}]}"""
    )]
    [InlineData("""{"candidates":[{"content":{"parts":[{"text":"V","thought":true,"thoughtSignature":"V"}]}}]}""")]
    [InlineData("""{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"V"}}""")]
    [InlineData("""{"type":"response.reasoning_summary_text.delta","output_index":0,"delta":"V"}""")]
    public async Task What_a_model_thinks_and_what_is_signed_stays_as_it_was(string answer)
    {
        var house = await GivenAsync(Mail);
        var given = answer.Replace("V", "[email-1]", StringComparison.Ordinal);

        house.Watched(given, 11, "application/json").Passed.ShouldBe(given);
        house.Watched($"data: {given}\n\n", 11, Sse).Passed.ShouldBe($"data: {given}\n\n");
    }

    [Fact]
    public async Task Answers_side_by_side_are_put_together_apart()
    {
        var house = await GivenAsync(Mail, Other);
        string[] texts = ["To [email-1] now", "To [email-2] now"];
        var stream = string.Concat(
            Enumerable
                .Range(0, texts[0].Length)
                .SelectMany(at =>
                    texts.Select(
                        (text, index) =>
                            $$$"""data: {"choices":[{"delta":{"tool_calls":[{"index":{{{index}}},"function":{"arguments":"{{{(at == 0 ? "\\\"" : "")}}}{{{text[at]}}}"}}]}}]}"""
                            + "\n\n"
                    )
                )
        );

        var passed = house.Watched(stream, 1, Sse).Passed;

        foreach (var (value, index) in new[] { (Mail, 0), (Other, 1) })
        {
            string.Concat(
                    passed
                        .Split('\n')
                        .Where(line => line.Contains($"\"index\":{index}", StringComparison.Ordinal))
                        .Select(line => JsonDocument.Parse(line[6..]).RootElement.GetProperty("choices")[0])
                        .Select(choice => choice.GetProperty("delta").GetProperty("tool_calls")[0])
                        .Select(call => call.GetProperty("function").GetProperty("arguments").GetString())
                )
                .ShouldBe($"\"To {value} now");
        }
    }

    [Fact]
    public async Task Another_sessions_placeholders_and_those_of_no_session_stay()
    {
        await GivenAsync(Mail);
        var other = await GivenAsync("no mail but 4111 1111 1111 1111");

        var stream = Wire.All["chat"](["[email-1] [payment-card-1] [payment-card-2]"]);

        Wire.TextOf(other.Watched(stream, 9, Sse).Passed).ShouldBe("[email-1] 4111 1111 1111 1111 [payment-card-2]");
    }

    [Fact]
    public async Task A_text_that_only_looked_like_a_placeholder_comes_back_as_that_text()
    {
        var house = await GivenAsync($"{Mail} and, as the page says, [email-1]");

        var stream = Wire.All["chat"](["The page says [literal-1]; you are [email-1]."]);

        Wire.TextOf(house.Watched(stream, 3, Sse).Passed).ShouldBe($"The page says [email-1]; you are {Mail}.");
    }

    [Fact]
    public async Task When_the_session_is_over_nothing_comes_back()
    {
        var house = new House(Guards);
        var over = new TaskCompletionSource();
        await using var told = house.Session.Revoked.Register(over.SetResult);
        await GiveAsync(house, Mail);
        var watch = house.Watching(Sse)!;
        var stream = Wire.All["chat"](["[email-1]"]);

        // Whoever is registered last is told first.
        house.Control.End();
        await over.Task;

        house.Watching(Sse).ShouldBeNull();
        Encoding.UTF8.GetString(watch.Take(Encoding.UTF8.GetBytes(stream), isLast: true)!.Value.Span).ShouldBe(stream);
    }

    [Fact]
    public async Task What_came_back_goes_out_again_as_it_was()
    {
        var house = await GivenAsync(Mail, Other, _key);
        const string Said = "To [email-2] <[email-1]>: [private-key-1], or https://x.org/?q=[email-1] and [email-7].";
        var restored = Wire.TextOf(house.Watched(Wire.All["chat"]([Said]), 9, Sse).Passed);
        restored.ShouldContain(_key);

        var report = await house.ModelAsync(
            JsonSerializer.Serialize(new { messages = new[] { new { role = "assistant", content = restored } } })
        );

        var sent = Encoding.UTF8.GetString(report.Sent.Span);
        sent.ShouldContain(
            "To [email-2] <[email-1]>: [private-key-1], or https://x.org/?q=[literal-1] and [literal-2]."
        );
        sent.ShouldNotContain("gomez");
    }

    [Fact]
    public async Task A_long_stream_in_one_piece_is_restored_like_one_in_many()
    {
        var house = await GivenAsync(Mail);
        var said = string.Concat(Enumerable.Repeat("some words, and to [email-1] more of them. ", 40));
        var stream = Wire.All["chat"](said.Chunk(4).Select(piece => new string(piece)));

        Wire.TextOf(house.Watched(stream, stream.Length, Sse).Passed)
            .ShouldBe(said.Replace("[email-1]", Mail, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Beyond_the_texts_that_are_told_apart_nothing_comes_back()
    {
        var house = await GivenAsync(Mail);
        static string Event(int index, string text) =>
            $$$"""data: {"choices":[{"index":{{{index}}},"delta":{"content":"{{{text}}}"}}]}""" + "\n\n";
        var many = string.Concat(Enumerable.Range(0, 300).Select(index => Event(index, "x")));

        var passed = house.Watched(many + Event(299, " [email-1]") + Event(0, " [email-1]"), 64, Sse).Passed;

        passed.ShouldContain("[email-1]");
        passed.Split(Mail).Length.ShouldBe(2);
    }

    [Fact]
    public async Task What_a_tool_said_is_no_reason_to_take_words_out_of_what_the_operator_says()
    {
        var house = await GivenAsync("full name: Do Not", Mail);
        house.Watched(Wire.All["chat"](["[email-1]"]), 9, Sse);
        var body = JsonSerializer.Serialize(
            new
            {
                messages = new[]
                {
                    new { role = "system", content = "Do Not share keys. Mailing lists are fine." },
                    new { role = "user", content = "full name: Do Not" },
                },
            }
        );

        var sent = Encoding.UTF8.GetString((await house.ModelAsync(body)).Sent.Span);

        sent.ShouldContain("Do Not share keys");
        sent.ShouldContain("full name: [person-name-1]");
    }

    [Fact]
    public void However_a_text_is_cut_it_reads_the_same()
    {
        var names = new Placeholders();
        names.Of("email", Mail, comesBack: true);
        string[] parts =
        [
            .. "[email-1]|[email-1]|[email-2]|[|]|email-1|https://|//|.|@| |\n|\"|\\|\\u005b|<a |>|](|)|x|:|{".Split(
                '|'
            ),
        ];
        var chance = new Chance(7);
        for (var round = 0; round < 4000; round++)
        {
            var text = string.Concat(
                Enumerable.Range(0, chance.Next(1, 14)).Select(_ => parts[chance.Next(parts.Length)])
            );
            foreach (var isJson in new[] { false, true })
            {
                var (whole, pieces) = (new RestoredPiece(), new List<RestoredPiece>());
                var (once, cut) = (
                    new RestoredText(names, isJson, false, _ => { }),
                    new RestoredText(names, isJson, false, _ => { })
                );
                once.Add(whole, text);
                once.End();
                for (var at = 0; at < text.Length; )
                {
                    var length = chance.Next(1, Math.Min(6, text.Length - at) + 1);
                    pieces.Add(new RestoredPiece());
                    cut.Add(pieces[^1], text.Substring(at, length));
                    at += length;
                }

                cut.End();
                string.Concat(pieces.Select(piece => piece.Text)).ShouldBe(whole.Text.ToString(), text);
                pieces.ShouldAllBe(piece => piece.Waiting == 0);
            }
        }
    }

    private static async Task<House> GivenAsync(params string[] values)
    {
        var house = new House(Guards);
        await GiveAsync(house, values);
        return house;
    }

    private static async Task GiveAsync(House house, params string[] values) =>
        await house.ModelAsync(
            JsonSerializer.Serialize(
                new { messages = new[] { new { role = "user", content = string.Join("\n\n", values) } } }
            )
        );
}
