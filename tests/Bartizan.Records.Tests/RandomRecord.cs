using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Tests;

/// <summary>Random entries and random queries about them, from few words, so that they meet.</summary>
internal sealed class RandomRecord(ulong seed)
{
    private static readonly string[] s_texts =
    [
        "a",
        "ab",
        "aab",
        "B",
        "github/get_issue",
        "github/merge",
        "GitHub/Merge",
        "GET http://a.example:80/b",
        "a.example:443",
        "b.example:443",
        "[::1]:443",
        "no rule allows it",
        "a%b",
        "a_b",
        "\\",
        "\0",
        "\u001e",
        "\uFFFD",
        "ß",
        "İ",
        "K",
        "k",
        "😂a",
        "😂",
        "",
    ];

    private static readonly string[] s_agents = ["a", "a@1", "A@2", "ab@1", "@1", "b@"];
    private readonly SessionId[] _sessions = [SessionId.New(), SessionId.New(), SessionId.New()];
    private ulong _state = seed;

    public EntryRow Row(long index)
    {
        var entry = new Entry
        {
            Kind = Member<EntryKind>(),
            Session = Maybe() ? One(_sessions) : default,
            Agent = Maybe() ? One(s_agents) : null,
            Person = Text(),
            Passage = Next(4),
            Point = Text(),
            Verb = Member<Verb>(),
            Target = Text(),
            Effect = Maybe() ? Member<Effect>() : null,
            Verdict = Next(4) == 0 ? Member<Effect>() : null,
            Rules = [.. Enumerable.Range(0, Next(3)).Select(_ => Rule())],
            Needed = Text(),
            Reason = Text(),
            Policy = Maybe() ? Digest.Of([(byte)Next(3)]) : default,
            Labels = (Labels)Next(8),
            Observed = Maybe(),
            Credential = Text(),
            Outcome = Maybe() ? Member<OutcomeKind>() : null,
            Detail = Text(),
            ToolCalls = [.. Enumerable.Range(0, Next(4)).Select(_ => One(s_texts))],
            Action = Maybe() ? Digest.Of([(byte)Next(3)]) : default,
        };

        // Some times go back, some lie in another month or in no month that anybody has a partition for.
        var time = Next(40) == 0 ? DateTimeOffset.MinValue : Time();
        return new EntryRow(index, new EntryStamp(time, index, "bartizan/0011223344556677", null), entry, []);
    }

    public string Query()
    {
        var words = Enumerable.Range(0, 1 + Next(3)).Select(_ => (Next(3) == 0 ? "-" : "") + Word());
        return string.Join(' ', words);
    }

    public int Next(int below)
    {
        _state = (_state * 6364136223846793005UL) + 1442695040888963407UL;
        return (int)((_state >> 33) % (ulong)below);
    }

    private string Word()
    {
        string[] texts =
        [
            "agent",
            "user",
            "target",
            "host",
            "tool",
            "model",
            "rule",
            "reason",
            "detail",
            "credential",
            "point",
            "policy",
            "action",
        ];
        switch (Next(12))
        {
            case 0:
                return $"kind:{Choice<EntryKind>()}";
            case 1:
                return $"verb:{Choice<Verb>()}";
            case 2:
                return $"{One(["decision", "verdict"])}:{Choice<Effect>()}";
            case 3:
                return $"outcome:{Choice<OutcomeKind>()}";
            case 4:
                return $"label:{Choice<Labels>()}";
            case 5:
                return $"observed:{One(["true", "false"])}";
            case 6:
                return $"{One(["index", "passage"])}:{Next(4)}{One(["", "..", $"..{Next(30)}"])}";
            case 7:
                var ticks = Maybe() ? 0 : Next(20);
                var time = Time().AddTicks(ticks).ToString("O", CultureInfo.InvariantCulture);
                return $"{One(["since", "until"])}:{time}";
            case 8:
                return Quoted(One(s_texts));
            case 9:
                return $"session:{(Maybe() ? One(_sessions).ToString() : "s-*")}";
            default:
                var values = Enumerable.Range(0, 1 + Next(2)).Select(_ => Pattern());
                return $"{One(texts)}:{string.Join(',', values)}";
        }
    }

    private string Pattern()
    {
        var text = One([.. s_texts.Where(text => text.Length > 0), .. s_agents]);
        var quoted = Quoted(text);
        return Next(6) switch
        {
            0 => $"*{quoted}",
            1 => $"{quoted}*",
            2 => $"*{quoted}*",
            3 => $"{Quoted(One(s_texts))}*{quoted}",
            4 => $"{Quoted(One(s_texts))}*{Quoted(One(s_texts))}*{quoted}",
            _ => quoted,
        };
    }

    private static string Quoted(string text) =>
        "\""
        + text.Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("*", "\\*", StringComparison.Ordinal)
        + "\"";

    private string Choice<T>()
        where T : struct, Enum => One([.. EntryNames<T>.Asked]);

    private T Member<T>()
        where T : struct, Enum => One(Enum.GetValues<T>());

    private string? Text() => Maybe() ? One(s_texts) : null;

    private RuleReference Rule() => new(One(s_texts), One(s_texts), "", One(s_texts));

    private DateTimeOffset Time() =>
        new DateTimeOffset(2026, 10, 30, 0, 0, 0, TimeSpan.Zero).AddDays(Next(4)).AddMicroseconds(Next(3));

    private bool Maybe() => Next(2) == 0;

    private T One<T>(T[] of) => of[Next(of.Length)];
}
