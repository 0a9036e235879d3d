using System.Text;
using Bartizan.Core.Ports;
using Bartizan.Guards.Tests.Contents;

namespace Bartizan.Guards.Tests.Attacks;

/// <summary>An agent that was fooled says in events what no caller may read, or wears its gateway down with them.</summary>
public sealed class ServedAnswerTests
{
    private const string Secret = "Vx9#pQ2!mK7&zT4w-0";
    private const string Card = "4111 1111 1111 1111";
    private const string Guards = "{ output: { secrets: block, personal_data: block } }";

    // As many as two watches hold, one behind the other, and a few.
    private const int MostEvents = 2_100;

    [Theory]
    [InlineData("id: {0}\ndata: {{}}\n\n")]
    [InlineData("data: {{}}\nid:{0}\n\n")]
    [InlineData("event: {0}\r\ndata: {{\"t\":\"hello\"}}\r\n\r\n")]
    [InlineData("retry: {0}\ndata: {{}}\n\n")]
    [InlineData(": {0}\ndata: {{}}\n\n")]
    [InlineData(":{0}\n\n")]
    [InlineData("id: {0}\n\n")]
    [InlineData("note: {0}\ndata: [1]\n\n")]
    [InlineData("{0}: note\ndata: [1]\n\n")]
    [InlineData("{0}\ndata: [1]\n\n")]
    [InlineData("event: message\rid: {0}\rdata: {{}}\r\r")]
    public async Task A_line_of_an_event_that_is_no_data_hides_nothing(string shape)
    {
        foreach (var said in new[] { Secret, Card })
        {
            var stream = string.Format(System.Globalization.CultureInfo.InvariantCulture, shape, said);
            foreach (var size in new[] { 1, 7, 4096 })
            {
                (await PassedAsync($"{stream}data: {{\"t\":\"{new string('a', 300)}\"}}\n\n", size)).ShouldNotContain(
                    said
                );
            }
        }
    }

    [Fact]
    public async Task A_credential_torn_over_such_lines_is_cut_before_it_is_whole()
    {
        foreach (var field in new[] { "id", "event", "", "note" })
        {
            var stream = string.Concat(
                Secret.Chunk(3).Select(piece => $"{field}: {new string(piece)}\ndata: {{}}\n\n")
            );

            var passed = await PassedAsync(stream, 64);

            var said = string.Concat(
                passed
                    .Split('\n')
                    .Select(line => line.Split(": ", 2))
                    .Where(line => line[0] == field)
                    .Select(l => l[^1])
            );
            said.Length.ShouldBeLessThan(16, field);
        }
    }

    [Theory]
    [InlineData("""{"signature":"SECRET"}""")]
    [InlineData("""{"encrypted_content":"SECRET"}""")]
    [InlineData("""{"id":"SECRET","model":"m"}""")]
    [InlineData("""{"instructions":"SECRET"}""")]
    [InlineData("""{"SECRET":1}""")]
    public async Task No_field_of_a_served_agent_is_its_providers(string data)
    {
        var stream = $"data: {data.Replace("SECRET", Secret, StringComparison.Ordinal)}\n\n";

        (await PassedAsync(stream, 4096)).ShouldBeEmpty();
        (
            await PassedAsync(data.Replace("SECRET", Secret, StringComparison.Ordinal), 9, "application/json")
        ).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_events_are_usually_called_and_numbered_by_passes_as_it_came()
    {
        var stream = new StringBuilder("retry: 3000\n\n");
        for (var i = 1; i <= 200; i++)
        {
            stream.Append(": ping\n\n");
            stream.Append(
                (i % 4) switch
                {
                    0 => $"id: {i}\nevent: content_block_delta\n",
                    1 => $"id: {1_732_370_400_123L + (i * 517)}-{i}\nevent: message\n",
                    2 => $"id: 550e8400-e29b-41d4-a716-{i * 77_777_777L:x12}\n",
                    _ => $"event: token\r\nid: 01JDC{i:D5}T9XQZ7M4K2WBR8VFHE\n",
                }
            );
            stream.Append($"data: {{\"index\":{i},\"t\":\"word {i} of it \"}}\n\n");
        }

        var comments = stream.ToString().Split("\n\n").Count(one => one == ": ping");
        var passed = await PassedAsync(stream.ToString(), 50);

        passed.Split("\n\n").Count(one => one == ": ping").ShouldBe(comments);
        WithoutPings(passed).ShouldBe(WithoutPings(stream.ToString()));
    }

    [Fact]
    public async Task A_comment_waits_for_nothing_and_tears_nothing_apart()
    {
        var watch = await new House(Guards, Secret).ServingAsync("text/event-stream");
        Take(watch, "data: {\"t\":\"write to jane.doe@ac\"}\n\n").ShouldBeEmpty();

        for (var i = 0; i < 40; i++)
        {
            Take(watch, ": still thinking\n\n").ShouldBe(": still thinking\n\n");
        }

        var rest = watch.Take("data: {\"t\":\"me-corp.com, please\"}\n\n"u8, false);
        (rest is null || (rest.Value.IsEmpty && watch.Take([], true) is null)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("", "data: {}\n\n")]
    [InlineData("", "id: 1\n\n")]
    [InlineData("", "data: {\"n\":1.5}\n\n")]
    [InlineData("data: {\"t\":\"hello\"}\n\n", "data: {}\n\n")]
    [InlineData("data: {\"t\":\"hello\"}\n\n", "id: 1\n\n")]
    public async Task Events_that_say_nothing_are_not_held_without_end(string first, string empty)
    {
        const int Events = 20_000;
        var watch = await new House(Guards, Secret).ServingAsync("text/event-stream");
        var passed = Take(watch, first).Length;
        var most = 0;
        for (var i = 1; i <= Events; i++)
        {
            passed += Take(watch, empty).Length;
            most = Math.Max(most, (first.Length + (i * empty.Length) - passed) / empty.Length);
        }

        most.ShouldBeLessThan(MostEvents);
        passed += watch.Take([], true)!.Value.Length;
        passed.ShouldBe(first.Length + (Events * empty.Length));
    }

    [Fact]
    public async Task Bytes_of_events_that_say_nothing_are_bounded_together()
    {
        var big = $"data: {{\"a\":[{string.Join(',', Enumerable.Repeat("[]", 70_000))}]}}\n\n";
        var watch = await new House(Guards, Secret).ServingAsync("text/event-stream");
        Take(watch, "data: {\"t\":\"hello\"}\n\n");
        var (given, passed, most) = (0L, 0L, 0L);
        for (var i = 0; i < 250; i++)
        {
            given += big.Length;
            passed += watch.Take(Encoding.UTF8.GetBytes(big), false)!.Value.Length;
            most = Math.Max(most, given - passed);
        }

        most.ShouldBeLessThan(34L << 20);
    }

    [Fact]
    public async Task An_event_that_is_held_is_not_read_again_with_every_piece()
    {
        var watch = await new House(Guards, Secret).ServingAsync("text/event-stream");
        Take(watch, $"data: {{\"t\":\"{string.Concat(Enumerable.Repeat("word ", 60_000))}\"}}\n\n");
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            watch.Take(" "u8, false).ShouldNotBeNull();
        }

        for (var i = 0; i < 100; i++)
        {
            watch.Take("\n\ndata: {\"t\":\"a\"}"u8, false).ShouldNotBeNull();
        }

        // The event has 300,000 characters; read anew each time it would be hundreds of megabytes.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(40L << 20);
    }

    [Fact]
    public async Task An_event_longer_than_any_is_cut()
    {
        var watch = await new House(Guards, Secret).ServingAsync("text/event-stream");
        var piece = Encoding.UTF8.GetBytes($": {new string('a', 100_000)}\n");
        var taken = 0;

        while (taken < 100 && watch.Take(piece, false) is not null)
        {
            taken++;
        }

        taken.ShouldBe(10, "1 MiB");
    }

    [Fact]
    public async Task What_is_pushed_out_by_empty_events_ends_before_it_is_whole()
    {
        var empty = string.Concat(Enumerable.Repeat("data: {}\n\n", 5_000));
        var stream =
            $"data: {{\"t\":\"It is {Secret[..9]}\"}}\n\n{empty}data: {{\"t\":\"{Secret[9..]} there\"}}\n\n{empty}";

        var passed = await PassedAsync(stream, 4096);

        passed.ShouldNotContain(Secret[9..]);
    }

    private static string WithoutPings(string stream) =>
        stream.Replace(": ping\n\n", "", StringComparison.Ordinal).Replace("\r", "", StringComparison.Ordinal);

    private static string Take(IContentWatch watch, string piece) =>
        Encoding.UTF8.GetString(watch.Take(Encoding.UTF8.GetBytes(piece), false)!.Value.Span);

    private static async Task<string> PassedAsync(string stream, int size, string type = "text/event-stream")
    {
        var watch = await new House(Guards, Secret).ServingAsync(type);
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
