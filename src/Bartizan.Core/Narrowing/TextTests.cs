using System.Runtime.InteropServices;
using System.Text;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// What is asked of one text by conditions and arguments: what it equals, begins, ends and holds, how it is ordered, how long it is, which
/// patterns it fits. All tests run side by side over one text, rune by rune; each combination of answers that some text has
/// gets a shortest text that has it.
/// </summary>
internal sealed class TextTests
{
    /// <summary>States of the search for texts; some hundred milliseconds at the most.</summary>
    private const int MaxStates = 20_000;

    /// <summary>The longest length that texts are compared with: the search counts to it.</summary>
    public const int MaxLength = 4096;

    /// <summary>The longest pattern, in tokens: its places are the bits of one number.</summary>
    private const int MaxTokens = 127;

    private readonly SortedSet<string> _equal = new(StringComparer.Ordinal);
    private readonly HashSet<string> _starts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pieces = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ends = new(StringComparer.Ordinal);
    private readonly HashSet<string> _orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _globs = new(StringComparer.Ordinal);
    private readonly SortedSet<int> _runes = [];
    private readonly SortedSet<int> _units = [];

    /// <summary>Whether the text is this one.</summary>
    public void Equal(string text) => _equal.Add(text);

    /// <summary>True for a text that some test names as a whole: nothing else has its answers.</summary>
    public bool IsNamed(string text) => _equal.Contains(text);

    /// <summary>Whether it begins so.</summary>
    public void Starts(string text) => _starts.Add(text);

    /// <summary>Whether it ends so.</summary>
    public void Ends(string text) => _ends.Add(text);

    /// <summary>Whether it holds this.</summary>
    public void Holds(string text) => _pieces.Add(text);

    /// <summary>Whether it stands before or after this one.</summary>
    public void Order(string text) => _orders.Add(text);

    /// <summary>Whether it fits a pattern; false when the pattern is too long.</summary>
    public bool TryGlob(WordGlob glob) => glob.Tokens.Length <= MaxTokens && (_globs.Add(glob.Tokens) || true);

    /// <summary>How many characters it has, against a number.</summary>
    public bool TryRunes(long count) => count is >= 0 and <= MaxLength && (_runes.Add((int)count) || true);

    /// <summary>How many UTF-16 units it has, against a number.</summary>
    public bool TryUnits(long count) => count is >= 0 and <= MaxLength && (_units.Add((int)count) || true);

    /// <summary>The lengths that are compared with, of texts and of lists.</summary>
    public IEnumerable<int> Lengths => _runes.Concat(_units).Distinct();

    /// <summary>A text for each combination of answers, the shortest first; null when there are too many.</summary>
    public List<string>? Explore(Effort effort)
    {
        List<TextRunner> runners =
        [
            new TextRunner.Equal(_equal),
            .. _starts.Select(t => new TextRunner.Start(t)),
            .. _ends.Select(t => new TextRunner.End(t)),
            .. _pieces.Select(t => new TextRunner.Piece(t)),
            .. _orders.Select(t => new TextRunner.Order(t)),
            .. _globs.Select(t => new TextRunner.Pattern(t)),
            new TextRunner.Length(_runes, countsUnits: false),
            new TextRunner.Length(_units, countsUnits: true),
        ];
        runners.RemoveAll(r => r.IsIdle);
        var symbols = SymbolsOf();
        var width = runners.Sum(r => r.Width);
        var start = new UInt128[width];
        Each(runners, (runner, at) => runner.Begin(start.AsSpan(at, runner.Width)));
        var reached = new List<(UInt128[] State, int From, int Symbol)> { (start, -1, 0) };
        var seen = new HashSet<string>(StringComparer.Ordinal) { KeyOf(start) };
        var known = new HashSet<string>(StringComparer.Ordinal);
        var texts = new List<string>();
        for (var i = 0; i < reached.Count; i++)
        {
            // The empty text comes last: it is a witness only where nothing else is.
            if (i > 0 && known.Add(AnswersOf(runners, reached[i].State)))
            {
                texts.Add(TextOf(reached, i));
            }

            foreach (var symbol in symbols)
            {
                var next = new UInt128[width];
                var state = reached[i].State;
                Each(
                    runners,
                    (runner, at) => runner.Step(state.AsSpan(at, runner.Width), symbol, next.AsSpan(at, runner.Width))
                );
                if (seen.Add(KeyOf(next)))
                {
                    reached.Add((next, i, symbol.Value));
                }
            }

            if (reached.Count > MaxStates || !effort.Spend(symbols.Count))
            {
                return null;
            }
        }

        if (known.Add(AnswersOf(runners, start)))
        {
            texts.Add("");
        }

        return texts;
    }

    // Runes that a test names, and of those between two of them one of each kind that tests tell apart.
    private List<Rune> SymbolsOf()
    {
        var named = new SortedSet<int> { 0 };
        foreach (
            var text in _equal
                .Concat(_starts)
                .Concat(_ends)
                .Concat(_pieces)
                .Concat(_orders)
                .Concat(_globs.Select(g => g.Replace($"{WordGlob.AnyWord}", "", StringComparison.Ordinal)))
        )
        {
            named.UnionWith(text.EnumerateRunes().Select(r => r.Value));
        }

        named.Remove(WordGlob.AnyText);
        var symbols = new List<Rune>();
        if (_orders.Count == 0)
        {
            symbols.AddRange(RuneKinds.Between(-1, RuneKinds.Last + 1, named));
        }
        else
        {
            var least = -1;
            foreach (var next in named.Append(RuneKinds.Last + 1).ToList())
            {
                symbols.AddRange(RuneKinds.Between(least, next, named));
                least = next;
            }
        }

        // A zero, and a half that isn't Unicode, are no good witnesses.
        symbols.AddRange(named.Where(n => n != 0 && Rune.IsValid(n)).Select(n => new Rune(n)));
        symbols.Add(new Rune(0));
        return symbols;
    }

    private static void Each(List<TextRunner> runners, Action<TextRunner, int> act)
    {
        var at = 0;
        foreach (var runner in runners)
        {
            act(runner, at);
            at += runner.Width;
        }
    }

    private static string AnswersOf(List<TextRunner> runners, UInt128[] state)
    {
        var answers = new UInt128[runners.Count + 1];
        var (at, i) = (0, 0);
        foreach (var runner in runners)
        {
            answers[i++] = (UInt128)runner.Answer(state.AsSpan(at, runner.Width));
            at += runner.Width;
        }

        return KeyOf(answers);
    }

    private static string KeyOf(UInt128[] state) => new(MemoryMarshal.Cast<UInt128, char>(state));

    private static string TextOf(List<(UInt128[] State, int From, int Symbol)> reached, int at)
    {
        var runes = new List<int>();
        for (; reached[at].From >= 0; at = reached[at].From)
        {
            runes.Add(reached[at].Symbol);
        }

        runes.Reverse();
        return string.Concat(runes.Select(r => new Rune(r).ToString()));
    }
}
