using System.Text;
using System.Text.Json;
using Bartizan.Core.Manifests;
using Bartizan.Guards.Sensitive;
using Bartizan.Guards.Streams;

namespace Bartizan.Guards.Tests.Streams;

/// <summary>A credential in a model's answer, cut into deltas and bytes in every way: none passes, and what is clean passes as it came.</summary>
public sealed class AnswerWatchTests
{
    private const string Secret = "Vx9#pQ2!mK7&zT4w-0";

    private static readonly SecretIndex _lent = SecretIndex.Of([Secret]);

    public static TheoryData<string> Wires() => [.. Wire.All.Keys];

    [Theory]
    [MemberData(nameof(Wires))]
    public void A_credential_cut_at_any_place_into_deltas_never_passes(string wire)
    {
        var text = $"Here it is: {Secret} and that is all there is to say about it, really.";
        for (var cut = 1; cut < text.Length; cut++)
        {
            Leaks(Run(Wire.All[wire]([text[..cut], text[cut..]]), 4096, GuardAction.Block))
                .ShouldBeFalse($"cut at {cut}");
        }

        foreach (var size in new[] { 1, 2, 3, 5, 7 })
        {
            var pieces = text.Chunk(size).Select(c => new string(c));
            Leaks(Run(Wire.All[wire](pieces), 4096, GuardAction.Block)).ShouldBeFalse($"deltas of {size}");
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public void What_is_clean_passes_byte_for_byte_and_only_its_end_is_held(string wire)
    {
        var text = string.Concat(Enumerable.Range(0, 100).Select(i => $"Sentence {i} says nothing of weight. "));
        var stream = Wire.All[wire](text.Chunk(4).Select(c => new string(c)));
        foreach (var size in new[] { 1, 3, 64, 1000, 100_000 })
        {
            Run(stream, size, GuardAction.Block).ShouldBe(stream);
        }

        var watch = new AnswerWatch(_lent, GuardAction.Block, "text/event-stream");
        var (given, passed) = (0, 0);
        var most = 0;
        foreach (var one in stream.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Select(e => e + "\n\n"))
        {
            given += Wire.TextOf(one).Length;
            passed += Wire.TextOf(
                Encoding.UTF8.GetString(watch.Take(Encoding.UTF8.GetBytes(one), false)!.Value.Span)
            ).Length;
            most = Math.Max(most, given - passed);
        }

        most.ShouldBeLessThanOrEqualTo(64);
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public void Taken_out_it_leaves_a_stream_that_reads_as_before_with_a_name_in_its_place(string wire)
    {
        var text = $"Here it is: {Secret} and that is all there is to say about it, really; {Secret}";
        foreach (var size in new[] { 1, 2, 5, 16, 200 })
        {
            var stream = Wire.All[wire](text.Chunk(size).Select(c => new string(c)));
            foreach (var bytes in new[] { 1, 50, 100_000 })
            {
                Wire.TextOf(Run(stream, bytes, GuardAction.Redact)!)
                    .ShouldBe(text.Replace(Secret, AnswerWatch.Name, StringComparison.Ordinal), $"{size}, {bytes}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public void A_piece_that_stands_for_more_than_itself_takes_no_half_of_a_character_out(string wire)
    {
        // Sixteen of eighteen characters, and in the place of the last one a surrogate pair.
        var text = $"so: {Secret[..16]}뺓\U000e0100";
        foreach (var size in new[] { 1, 5, 17, 40 })
        {
            var pieces = text.EnumerateRunes().Chunk(size).Select(runes => string.Concat(runes));
            var read = Wire.TextOf(Run(Wire.All[wire](pieces), 100_000, GuardAction.Redact)!);
            read.ShouldBe($"so: {AnswerWatch.Name}");
        }
    }

    [Theory]
    [MemberData(nameof(Wires))]
    public void A_credential_at_the_very_end_ends_the_answer_as_cut_and_not_as_whole(string wire)
    {
        var watch = new AnswerWatch(_lent, GuardAction.Block, "text/event-stream");
        var pieces = $"It is {Secret}".Chunk(2).Select(c => new string(c));
        var isCut = watch.Take(Encoding.UTF8.GetBytes(Wire.All[wire](pieces)), false) is null;
        (isCut || watch.Take([], true) is null).ShouldBeTrue();
        watch.Take([], true).ShouldBeNull();
    }

    [Fact]
    public void Blocks_that_stream_side_by_side_are_read_apart()
    {
        var stream = string.Concat(
            Secret.Select(
                (c, at) =>
                    $$$"""data: {"index":0,"delta":{"text":{{{JsonSerializer.Serialize(c.ToString())}}}}}"""
                    + "\n\n"
                    + $$$"""data: {"index":1,"delta":{"text":"{{{at}}}"}}"""
                    + "\n\n"
            )
        );
        Leaks(Run(stream, 100, GuardAction.Block)).ShouldBeFalse();
        Run(stream, 100, GuardAction.Block).ShouldNotBe(stream);
    }

    [Theory]
    [InlineData("""{"parts":[{"functionCall":{"name":"f","args":{"id":SECRET}}}]}""")]
    [InlineData("""{"functionCall":{"args":{"a":{"b":[{"c":1,"status":[SECRET]}]}}},"id":"x"}""")]
    [InlineData("""{"id":"x","input":{"input":1,"type":SECRET}}""")]
    [InlineData("""{"message":{"tool_calls":[{"function":{"arguments":{"model":SECRET}}}]}}""")]
    public void What_a_model_writes_is_looked_at_whatever_it_calls_it(string data)
    {
        var stream = $"data: {data.Replace("SECRET", JsonSerializer.Serialize(Secret), StringComparison.Ordinal)}\n\n";
        Leaks(Run(stream, 100, GuardAction.Block)).ShouldBeFalse();
        Leaks(Run(stream, 100, GuardAction.Redact)).ShouldBeFalse();
        Run(stream, 100, GuardAction.Redact)!.ShouldContain(AnswerWatch.Name);
    }

    [Fact]
    public void What_a_provider_writes_after_a_call_is_no_text_again()
    {
        var stream = string.Concat(
            Secret.Select(c =>
                $$$"""data: {"args":{"a":1},"id":{{{JsonSerializer.Serialize(c.ToString())}}}}""" + "\n\n"
            )
        );
        Run(stream, 100, GuardAction.Block).ShouldBe(stream);
    }

    [Fact]
    public void Data_of_several_lines_and_what_is_no_JSON_is_read_as_text()
    {
        foreach (var action in new[] { GuardAction.Block, GuardAction.Redact })
        {
            Leaks(Run($"data: {{\"a\":\ndata: {JsonSerializer.Serialize(Secret)}}}\n\n", 9, action)).ShouldBeFalse();
            Leaks(Run($"data: {Secret}\n\n", 9, action)).ShouldBeFalse();
            Leaks(Run($": {Secret}\n\n", 9, action)).ShouldBeFalse();
            Leaks(Run($"It is {Secret}, he said", 3, action, "text/plain")).ShouldBeFalse();
        }
    }

    [Fact]
    public void A_whole_body_is_held_until_it_was_read()
    {
        var body =
            $$$"""{"content":[{"type":"text","text":"see {{{JsonEncodedText.Encode(Secret)}}} there"}],"n":1.50}""";
        Leaks(Run(body, 10, GuardAction.Block, "application/json")).ShouldBeFalse();
        Run(body, 10, GuardAction.Redact, "application/json")
            .ShouldBe("""{"content":[{"type":"text","text":"see [credential] there"}],"n":1.50}""");
        Leaks(Run($$"""{"{{JsonEncodedText.Encode(Secret)}}":1}""", 10, GuardAction.Redact, "application/json"))
            .ShouldBeFalse();
        Run(body, 10, GuardAction.Report, "application/json").ShouldBe(body);
        const string Broken = """{"content":[{"type":"text","te""";
        Run(Broken, 10, GuardAction.Block, "application/json").ShouldBe(Broken);
    }

    [Fact]
    public void A_stream_cut_anywhere_is_judged_as_the_whole_of_it()
    {
        var chance = new Chance(6);
        for (var round = 0; round < 300; round++)
        {
            var text = new StringBuilder();
            for (var piece = chance.Next(1, 12); piece > 0; piece--)
            {
                text.Append(
                        chance.Next(4) switch
                        {
                            0 => Secret[..chance.Next(Secret.Length + 1)],
                            1 => Convert.ToBase64String(Encoding.UTF8.GetBytes("x" + Secret)),
                            2 => new string('a', chance.Next(60)),
                            _ => " and so on ",
                        }
                    )
                    .Append(' ');
            }

            var wire = Wire.All.Values.ElementAt(chance.Next(Wire.All.Count));
            var stream = wire(text.ToString().Chunk(chance.Next(1, 30)).Select(c => new string(c)));
            var whole = Run(stream, stream.Length, GuardAction.Redact);
            Wire.TextOf(Run(stream, chance.Next(1, 40), GuardAction.Redact)!).ShouldBe(Wire.TextOf(whole!));
            (_lent.Find(text.ToString()) >= 0).ShouldBe(whole != stream, text.ToString());
        }
    }

    private static bool Leaks(string? passed) =>
        passed is not null && _lent.Find(Wire.TextOf(passed)) + _lent.Find(passed) > -2;

    /// <summary>What passes; what was cut ends where it was cut.</summary>
    private static string? Run(
        string stream,
        int size,
        GuardAction action,
        string type = "text/event-stream; charset=utf-8"
    )
    {
        var watch = new AnswerWatch(_lent, action, type);
        var passed = new List<byte>();
        foreach (var chunk in Encoding.UTF8.GetBytes(stream).Chunk(size).Append([]))
        {
            if (watch.Take(chunk, chunk.Length == 0) is not { } some)
            {
                break;
            }

            passed.AddRange(some.Span);
        }

        return Encoding.UTF8.GetString([.. passed]);
    }
}
