using System.Text;
using System.Text.Json;
using Bartizan.Gateway.Inbound;
using Bartizan.Guards.Tests;

namespace Bartizan.Gateway.Tests.Inbound;

/// <summary>What passed on a WebSocket and is joined with what follows it.</summary>
public sealed class MessageWindowTests
{
    private static readonly string[] s_names = ["t", "a.b", "a", "b", "", "delta", "text", "é"];

    [Fact]
    public void It_says_what_the_plain_one_says()
    {
        for (var seed = 1UL; seed <= 40; seed++)
        {
            var chance = new Chance(seed);
            var (window, slow) = (new MessageWindow(), new SlowMessageWindow());
            for (var i = 0; i < 30; i++)
            {
                var message = Encoding.UTF8.GetBytes(MessageOf(chance));
                Encoding
                    .UTF8.GetString(window.With(message))
                    .ShouldBe(Encoding.UTF8.GetString(slow.With(message)), $"{seed}, {i}");
                window.Pass(message);
                slow.Pass(message);
            }
        }
    }

    [Theory]
    [InlineData("{\"t\":[", "\"x\"", "]}")]
    [InlineData("[", "\"x\"", "]")]
    [InlineData("[", "{\"t\":\"x\"}", "]")]
    [InlineData("{\"LONG\":{\"LONG\":{\"LONG\":[", "{\"LONG\":1}", "]}}}")]
    public void A_message_of_many_strings_costs_about_as_much_as_one_of_few(string begin, string each, string end)
    {
        var longName = new string('n', each.Contains("LONG", StringComparison.Ordinal) ? 2_000 : 1);
        var one = Named(each);
        var count = (MessageWindow.MaxReadBytes - (4 * longName.Length) - 100) / (one.Length + 1);
        var message = Encoding.UTF8.GetBytes(
            $"{Named(begin)}{string.Join(',', Enumerable.Repeat(one, count))}{Named(end)}"
        );
        message.Length.ShouldBeInRange(50_000, MessageWindow.MaxReadBytes);
        var window = new MessageWindow();
        window.Pass(message);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 4; i++)
        {
            window.With(message).ShouldNotBeEmpty();
            window.Pass(message);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(24L << 20);

        string Named(string text) => text.Replace("LONG", longName, StringComparison.Ordinal);
    }

    private static string MessageOf(Chance chance) =>
        chance.Next(12) switch
        {
            0 => "plain text, and more of it ",
            1 => new string('w', chance.Next(1, 2_000)),
            2 => "{\"broken\":\"",
            3 => "{\"t\":\"\\ud800\"}",
            4 => $"\"{new string('s', chance.Next(1, 1_000))}\"",
            5 => " \r\n[1, 2.50, \"three\", [true, null]]",
            6 => $"{{\"t\":\"{new string('z', MessageWindow.MaxReadBytes)}\"}}",
            _ => ValueOf(chance, 4),
        };

    private static string ValueOf(Chance chance, int depth) =>
        (depth == 0 ? chance.Next(4) : chance.Next(8)) switch
        {
            0 => "\"\"",
            1 => $"{chance.Next(100_000)}",
            2 or 3 => JsonSerializer.Serialize(
                string.Concat(Enumerable.Range(0, chance.Next(1, 40)).Select(i => chance.Next(5) == 0 ? " " : "wörd\n"))
            ),
            4 => $"[{string.Join(',', Enumerable.Range(0, chance.Next(6)).Select(_ => ValueOf(chance, depth - 1)))}]",
            _ =>
                $"{{{string.Join(
                ',',
                Enumerable
                    .Range(0, chance.Next(6))
                    .Select(_ => $"{JsonSerializer.Serialize(NameOf(chance))}:{ValueOf(chance, depth - 1)}")
            )}}}",
        };

    private static string NameOf(Chance chance) =>
        chance.Next(3) == 0 ? $"n{chance.Next(40)}" : s_names[chance.Next(s_names.Length)];
}
