namespace Bartizan.Core.Narrowing;

/// <summary>
/// What the texts of a dimension are made of: characters, and for commands a divider of words that is no character.
/// Characters that no pattern tells apart are one class with a few members to write witnesses with.
/// </summary>
internal abstract class Symbols
{
    /// <summary>Divides the words of a command.</summary>
    public const int WordEnd = char.MaxValue + 1;

    /// <summary>No text goes on from here.</summary>
    public const int Dead = -1;

    private const string Letters = "xyzabcdefghijklmnopqrstuvw";
    private const string Plain = Letters + "XYZABCDEFGHIJKLMNOPQRSTUVW0123456789_";

    // Where members of an endless class are looked for once the plain ones are all in patterns: letters of other scripts.
    private const int Endless = 0x00E0;

    private readonly int[][] _classes;
    private readonly bool[] _endless;

    private Symbols(int divider, params ReadOnlySpan<(string Members, bool Endless)> classes)
    {
        Divider = divider;
        var all = classes.ToArray();
        _classes = [.. all.Select(c => c.Members.Select(m => (int)m).ToArray()), [divider]];
        _endless = [.. all.Select(c => c.Endless), false];
    }

    /// <summary>Names without a slash: providers, servers, methods.</summary>
    public static Symbols Head { get; } = new Unbroken();

    /// <summary>Models, tools, agents, paths of callers: any text, divided by slashes.</summary>
    public static Symbols Text { get; } = new Any('/');

    /// <summary>Host names that are no addresses.</summary>
    public static Symbols Host { get; } = new HostNames();

    /// <summary>Canonical paths of files.</summary>
    public static Symbols File { get; } = new Paths();

    /// <summary>Canonical paths of requests, without their first slash.</summary>
    public static Symbols Url { get; } = new UrlPaths();

    /// <summary>Words of a command.</summary>
    public static Symbols Words { get; } = new Any(WordEnd);

    /// <summary>Canonical paths in arguments, absolute or not.</summary>
    public static Symbols ArgumentPath { get; } = new ArgumentPaths();

    /// <summary>What divides segments.</summary>
    public int Divider { get; }

    /// <summary>The state before the first symbol.</summary>
    public virtual int Start => 0;

    /// <summary>The state after a symbol, or <see cref="Dead"/>.</summary>
    public abstract int Step(int state, int symbol);

    /// <summary>True when a text may end here.</summary>
    public abstract bool Accepts(int state);

    /// <summary>The symbols to try: those that patterns name, and one of each class that they don't.</summary>
    public List<int> Choices(HashSet<int> named)
    {
        List<int> choices = [];
        for (var i = 0; i < _classes.Length; i++)
        {
            var free = Array.FindIndex(_classes[i], m => !named.Contains(m));
            if (free >= 0)
            {
                choices.Add(_classes[i][free]);
            }
            else if (_endless[i])
            {
                choices.Add(Enumerable.Range(Endless, char.MaxValue).First(m => !named.Contains(m)));
            }
        }

        choices.AddRange(named.Where(n => !choices.Contains(n)).Order());
        return choices;
    }

    private sealed class Unbroken() : Symbols(WordEnd, (Plain, true))
    {
        public override int Step(int state, int symbol) => symbol is '/' or WordEnd ? Dead : 1;

        public override bool Accepts(int state) => state == 1;
    }

    private sealed class Any(int divider)
        : Symbols(divider, divider == '/' ? [(Plain, true)] : [(Plain, true), ("/", false)])
    {
        public override int Step(int state, int symbol) => symbol is WordEnd && Divider != WordEnd ? Dead : 1;

        // An empty text too: nothing forbids a request that names an empty model.
        public override bool Accepts(int state) => true;
    }

    // States: 0 before a label, 1 in a label, 2 after a hyphen in it; 3 to 5 the same in a label that starts with a digit.
    // The last label of a name never starts with a digit: that would be an address.
    private sealed class HostNames() : Symbols('.', (Letters, false), ("0123456789", false), ("-", false))
    {
        public override int Step(int state, int symbol)
        {
            var digits = state >= 3;
            return symbol switch
            {
                '.' => state % 3 == 1 ? 0 : Dead,
                '-' => state == 0 ? Dead
                : digits ? 5
                : 2,
                >= '0' and <= '9' => state == 0 || digits ? 4 : 1,
                >= 'a' and <= 'z' => state != 0 && digits ? 4 : 1,
                _ => Dead,
            };
        }

        public override bool Accepts(int state) => state == 1;
    }

    // States: 0 before anything, 1 after a divider, 2 in a segment, 3 after `.`, 4 after `..`, 5 the root alone,
    // from 6 on within the name of an anchor.
    private sealed class Paths() : Symbols('/', (Plain, true), (".", false))
    {
        private static readonly string[] _starts = StartsOf(["workspace", "home", "tmp"]);

        public override int Step(int state, int symbol)
        {
            if (symbol is '\\' or '\0' or '\n' or '\r' or WordEnd)
            {
                return Dead;
            }

            if (symbol == '/')
            {
                return state switch
                {
                    0 => 5,
                    2 => 1,
                    >= 6 when _starts[state - 6].StartsWith('=') => 1,
                    _ => Dead,
                };
            }

            if (state is 0 or >= 6)
            {
                var said = (state == 0 ? "" : _starts[state - 6].TrimStart('=')) + (char)symbol;
                var at = Array.FindIndex(_starts, s => s.TrimStart('=') == said);
                return at < 0 ? Dead : at + 6;
            }

            return symbol == '.'
                ? state switch
                {
                    1 or 5 => 3,
                    3 => 4,
                    _ => 2,
                }
                : 2;
        }

        public override bool Accepts(int state) =>
            state is 2 or 5 || (state >= 6 && _starts[state - 6].StartsWith('='));

        private static string[] StartsOf(string[] anchors) =>
            [
                .. anchors.SelectMany(a =>
                    Enumerable.Range(1, a.Length).Select(n => (n == a.Length ? "=" : "") + a[..n])
                ),
            ];
    }

    // As paths of files; a last segment may be empty, and escapes are taken as any two characters after `%`.
    private sealed class UrlPaths()
        : Symbols(
            '/',
            (Letters + "XYZABCDEFGHIJKLMNOPQRSTUVW0123456789_-~!$&'()*+,;=:@[]", false),
            (".", false),
            ("%", false)
        )
    {
        public override int Step(int state, int symbol)
        {
            if (
                symbol
                is <= ' '
                    or >= '\x7f'
                    or '\\'
                    or '?'
                    or '#'
                    or '"'
                    or '<'
                    or '>'
                    or '^'
                    or '`'
                    or '{'
                    or '|'
                    or '}'
            )
            {
                return Dead;
            }

            return symbol switch
            {
                '/' => state == 1 ? 0 : Dead,
                '.' when state == 0 => 2,
                '.' when state == 2 => 3,
                _ => 1,
            };
        }

        public override bool Accepts(int state) => state is 0 or 1;
    }

    // States: 0 before anything, 1 after a divider, 2 in a segment, 3 after `.`, 4 after `..`, 5 after `~`.
    private sealed class ArgumentPaths() : Symbols('/', (Plain, true), (".", false), ("~", false))
    {
        public override int Step(int state, int symbol) =>
            symbol switch
            {
                '\\' or '\0' or '%' or WordEnd => Dead,
                '/' => state is 0 or 2 ? 1 : Dead,
                '.' when state is 0 or 1 => 3,
                '.' when state == 3 => 4,
                '~' when state is 0 or 1 => 5,
                _ => 2,
            };

        public override bool Accepts(int state) => state == 2;
    }
}
