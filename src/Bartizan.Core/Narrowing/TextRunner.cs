using System.Text;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Narrowing;

/// <summary>One test of a text, run rune by rune. Its state is a few numbers that the caller keeps.</summary>
internal abstract class TextRunner
{
    /// <summary>How many numbers its state is.</summary>
    public virtual int Width => 1;

    /// <summary>True when it tests nothing.</summary>
    public virtual bool IsIdle => false;

    /// <summary>The state before the first rune, of numbers that are zero.</summary>
    public virtual void Begin(Span<UInt128> state) { }

    /// <summary>The state after a rune.</summary>
    public abstract void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next);

    /// <summary>What it says of a text that ends here: texts that it answers alike have one number.</summary>
    public abstract ulong Answer(ReadOnlySpan<UInt128> state);

    private static Rune[] RunesOf(string text) => [.. text.EnumerateRunes()];

    /// <summary>Which of some texts it is. The state is the node of their tree.</summary>
    public sealed class Equal : TextRunner
    {
        private const int Lost = int.MaxValue;

        private readonly Dictionary<(int Node, Rune Rune), int> _steps = [];
        private readonly HashSet<int> _ends = [];
        private readonly int _count;

        /// <summary>Makes the tree.</summary>
        public Equal(IReadOnlyCollection<string> texts)
        {
            _count = texts.Count;
            var nodes = 1;
            foreach (var text in texts)
            {
                var node = 0;
                foreach (var rune in text.EnumerateRunes())
                {
                    if (!_steps.TryGetValue((node, rune), out var next))
                    {
                        _steps.Add((node, rune), next = nodes++);
                    }

                    node = next;
                }

                _ends.Add(node);
            }
        }

        public override bool IsIdle => _count == 0;

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next) =>
            next[0] = (UInt128)_steps.GetValueOrDefault(((int)state[0], rune), Lost);

        public override ulong Answer(ReadOnlySpan<UInt128> state) =>
            _ends.Contains((int)state[0]) ? (ulong)state[0] + 1 : 0;
    }

    /// <summary>Whether it begins so. The state is how much of the beginning was there, or one more than all.</summary>
    public sealed class Start(string text) : TextRunner
    {
        private readonly Rune[] _runes = RunesOf(text);

        private int Lost => _runes.Length + 1;

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next)
        {
            var at = (int)state[0];
            next[0] = (UInt128)(
                at >= _runes.Length ? at
                : rune == _runes[at] ? at + 1
                : Lost
            );
        }

        public override ulong Answer(ReadOnlySpan<UInt128> state) => (int)state[0] == _runes.Length ? 1UL : 0;
    }

    /// <summary>Whether it ends so. The state is how much of the end the text ends with (Knuth, Morris, Pratt).</summary>
    public sealed class End(string text) : TextRunner
    {
        private readonly Matcher _matcher = new(RunesOf(text));

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next) =>
            next[0] = (UInt128)_matcher.Step((int)state[0], rune);

        public override ulong Answer(ReadOnlySpan<UInt128> state) => (int)state[0] == _matcher.Length ? 1UL : 0;
    }

    /// <summary>Whether it holds this. As the end, but it stays found.</summary>
    public sealed class Piece(string text) : TextRunner
    {
        private readonly Matcher _matcher = new(RunesOf(text));

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next) =>
            next[0] = (int)state[0] == _matcher.Length ? state[0] : (UInt128)_matcher.Step((int)state[0], rune);

        public override ulong Answer(ReadOnlySpan<UInt128> state) => (int)state[0] == _matcher.Length ? 1UL : 0;
    }

    /// <summary>Whether it stands before a text, is it, or stands after it, as code points are ordered.</summary>
    public sealed class Order(string text) : TextRunner
    {
        private readonly Rune[] _runes = RunesOf(text);

        private int Before => _runes.Length + 1;

        private int After => _runes.Length + 2;

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next)
        {
            var at = (int)state[0];
            var to =
                at > _runes.Length ? at
                : at == _runes.Length || rune > _runes[at] ? After
                : rune < _runes[at] ? Before
                : at + 1;
            next[0] = (UInt128)to;
        }

        public override ulong Answer(ReadOnlySpan<UInt128> state)
        {
            var at = (int)state[0];
            return at == _runes.Length ? 1UL
                : at == After ? 2UL
                : 0;
        }
    }

    /// <summary>Whether it fits a pattern. The state is the set of places in the pattern.</summary>
    public sealed class Pattern(string tokens) : TextRunner
    {
        private readonly Rune[] _tokens = RunesOf(tokens);

        public override void Begin(Span<UInt128> state) => state[0] = Closed(UInt128.One);

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next)
        {
            UInt128 to = 0;
            var ends = rune.IsBmp && WordGlob.EndsWord((char)rune.Value);
            for (var i = 0; i < _tokens.Length; i++)
            {
                if ((state[0] & (UInt128.One << i)) == 0)
                {
                    continue;
                }

                to |= _tokens[i].Value switch
                {
                    WordGlob.AnyText => UInt128.One << i,
                    WordGlob.AnyWord => ends ? 0 : UInt128.One << i,
                    var value => value == rune.Value ? UInt128.One << (i + 1) : 0,
                };
            }

            next[0] = Closed(to);
        }

        public override ulong Answer(ReadOnlySpan<UInt128> state) =>
            (state[0] & (UInt128.One << _tokens.Length)) == 0 ? 0 : 1UL;

        // A star may stand for nothing.
        private UInt128 Closed(UInt128 places)
        {
            for (var i = 0; i < _tokens.Length; i++)
            {
                if ((places & (UInt128.One << i)) != 0 && _tokens[i].Value is WordGlob.AnyText or WordGlob.AnyWord)
                {
                    places |= UInt128.One << (i + 1);
                }
            }

            return places;
        }
    }

    /// <summary>
    /// How long it is against some numbers, in runes or in UTF-16 units. The state is the length, up to the largest and one.
    /// </summary>
    public sealed class Length(SortedSet<int> numbers, bool countsUnits) : TextRunner
    {
        public override bool IsIdle => numbers.Count == 0;

        public override void Step(ReadOnlySpan<UInt128> state, Rune rune, Span<UInt128> next) =>
            next[0] = UInt128.Min(
                state[0] + (UInt128)(countsUnits ? rune.Utf16SequenceLength : 1),
                (UInt128)(numbers.Max + 1)
            );

        public override ulong Answer(ReadOnlySpan<UInt128> state)
        {
            var length = (int)state[0];
            return (2UL * (ulong)numbers.Count(n => n < length)) + (numbers.Contains(length) ? 1UL : 0);
        }
    }

    private sealed class Matcher
    {
        private readonly Rune[] _runes;
        private readonly int[] _falls;

        public Matcher(Rune[] runes)
        {
            _runes = runes;
            _falls = new int[runes.Length + 1];
            for (var i = 1; i < runes.Length; i++)
            {
                _falls[i + 1] = Step(_falls[i], runes[i]);
            }
        }

        public int Length => _runes.Length;

        public int Step(int at, Rune rune)
        {
            while (at > 0 && (at == _runes.Length || _runes[at] != rune))
            {
                at = _falls[at];
            }

            return at < _runes.Length && _runes[at] == rune ? at + 1 : at;
        }
    }
}
