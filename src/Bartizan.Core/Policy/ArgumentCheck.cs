using System.Buffers;
using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Policies;

/// <summary>
/// What one argument may be, ready to be asked. A value of another type than the demand is about is unknown, because a
/// server may read <c>"5"</c> as 5: unknown never lets an allow apply and never keeps a deny from applying.
/// </summary>
internal sealed class ArgumentCheck
{
    // Texts up to this long are read on the stack.
    private const int ShortText = 512;

    private readonly ArgumentRule _rule;
    private readonly ArgumentChoice _choice;
    private readonly ImmutableArray<WordGlob> _globs;
    private readonly ImmutableArray<HostPattern> _hosts;
    private readonly ImmutableArray<SegmentPattern> _files;
    private readonly ImmutableArray<IPNetwork> _networks;

    // The same in small letters; none where case counts.
    private readonly ArgumentCheck? _folded;

    private ArgumentCheck(
        ArgumentRule rule,
        ImmutableArray<HostPattern> hosts,
        ImmutableArray<SegmentPattern> files,
        ImmutableArray<IPNetwork> networks,
        ArgumentCheck? folded
    )
    {
        _rule = rule;
        _folded = folded;
        _choice = new ArgumentChoice(rule.In);
        _hosts = hosts;
        _files = files;
        _networks = networks;
        _globs =
            rule.Glob is { } glob && Alternation.TryExpand(glob, out var globs, out _)
                ? [.. globs.Select(WordGlob.Of)]
                : [];
    }

    /// <summary>
    /// Makes a check of what a manifest says, of a rule that grants power or one that takes it away; a problem follows the
    /// argument's name in a sentence.
    /// </summary>
    public static ArgumentCheck? Parse(ArgumentRule rule, bool grants, out PatternProblem problem)
    {
        problem = ProblemOf(rule);
        if (problem.Text is not null)
        {
            return null;
        }

        var hosts = ParseEach(
            rule.Host,
            (string t, out PatternProblem p) => HostPattern.Parse(t, grants, out p),
            ref problem
        );
        var files = ParseEach(rule.File, (string t, out PatternProblem p) => ParseFile(t, grants, out p), ref problem);
        var networks = ImmutableArray.CreateBuilder<IPNetwork>();
        foreach (var text in rule.Networks)
        {
            if (
                IPNetwork.TryParse(text, out var network)
                && IPAddress.Parse(text[..text.IndexOf('/', StringComparison.Ordinal)]).Equals(network.BaseAddress)
            )
            {
                networks.Add(network);
            }
            else
            {
                problem = new(
                    $"names the network `{SourceTree.Quote(text)}`, which is none",
                    "Write `10.0.0.0/8`, with no bit set below the mask."
                );
            }
        }

        if (problem.Text is not null)
        {
            return null;
        }

        var folded = rule.AnyCase ? Parse(ArgumentCase.Fold(rule), grants, out problem) : null;
        if (problem.Text is not null)
        {
            return null;
        }

        var check = new ArgumentCheck(rule, hosts, files, networks.ToImmutable(), folded);
        if (!rule.In.IsEmpty && !check._choice.Elements.Any(value => check.Judge(value) == Truth.True))
        {
            problem = new("has no value in `in` that fits what else it says", "Take one of them out.");
            return null;
        }

        return check;
    }

    /// <summary>Whether a value fits all demands. Allocates nothing, but for a query or a filter, which it parses.</summary>
    public Truth Judge(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return JudgeText(JsonMarshal.GetRawUtf8Value(value)[1..^1]);
        }

        var truth = _choice.Holds(value);
        if (_rule.Least is not null || _rule.Most is not null)
        {
            truth = Kleene.And(truth, IsBetween(value));
        }

        var isList = value.ValueKind == JsonValueKind.Array;
        if (_rule.MaxLength is { } most && isList)
        {
            truth = Kleene.And(truth, Kleene.Of(value.GetArrayLength() <= most));
        }

        if (_rule.Operators is { } operators)
        {
            truth = Kleene.And(truth, operators.Judge(value));
        }

        var aboutText =
            _rule.Sql is not null
            || _rule.Markup != Markup.Any
            || !_globs.IsEmpty
            || !_hosts.IsEmpty
            || !_files.IsEmpty
            || !_networks.IsEmpty;
        return aboutText || (_rule.MaxLength is not null && !isList) ? Kleene.And(truth, Truth.Unknown) : truth;
    }

    // As `when` reads texts: one that readers disagree about, or that is longer than is looked at, is unknown.
    private Truth JudgeText(ReadOnlySpan<byte> raw)
    {
        var scratch = new Scratch();
        char[]? lent = null;
        try
        {
            if (!JsonText.TryRead(raw, ref scratch, out var utf8))
            {
                return Truth.Unknown;
            }

            Span<char> room =
                utf8.Length <= ShortText ? stackalloc char[ShortText] : lent = ArrayPool<char>.Shared.Rent(utf8.Length);
            return JudgeCase(room[..Encoding.UTF8.GetChars(utf8, room)]);
        }
        finally
        {
            scratch.Dispose();
            if (lent is not null)
            {
                ArrayPool<char>.Shared.Return(lent);
            }
        }
    }

    // INVARIANT: a value that differs from one that fits in its case alone is unknown, never another one.
    private Truth JudgeCase(Span<char> text)
    {
        var truth = JudgeText(text);
        if (truth != Truth.False || _folded is null)
        {
            return truth;
        }

        ArgumentCase.Fold(text);
        return _folded.JudgeText(text) == Truth.False ? Truth.False : Truth.Unknown;
    }

    private Truth JudgeText(ReadOnlySpan<char> text)
    {
        var truth = _choice.Holds(text);
        if (_rule.Least is not null || _rule.Most is not null)
        {
            truth = Kleene.And(truth, Truth.Unknown);
        }

        if (_rule.MaxLength is { } most)
        {
            truth = Kleene.And(truth, Kleene.Of(text.Length <= most));
        }

        if (!_globs.IsEmpty)
        {
            truth = Kleene.And(truth, text.Length > WordGlob.MaxText ? Truth.Unknown : MatchesGlob(text));
        }

        if (!_hosts.IsEmpty)
        {
            truth = Kleene.And(truth, HostReader.TryRead(text, out var host) ? MatchesHost(host) : Truth.Unknown);
        }

        if (!_files.IsEmpty)
        {
            truth = Kleene.And(truth, IsCanonicalPath(text) ? MatchesFile(text) : Truth.Unknown);
        }

        if (!_networks.IsEmpty)
        {
            var known = HostReader.TryRead(text, out var host) && host.Address is not null;
            truth = Kleene.And(truth, known ? LiesInNetwork(host.Address!) : Truth.Unknown);
        }

        if (_rule.Sql is { } sql)
        {
            truth = Kleene.And(truth, sql.Judge(text));
        }

        if (_rule.Operators is { } operators)
        {
            truth = Kleene.And(truth, operators.Judge(text));
        }

        return _rule.Markup == Markup.Any ? truth : Kleene.And(truth, MarkupScan.Judge(text, _rule.Markup));
    }

    private Truth MatchesGlob(ReadOnlySpan<char> text)
    {
        foreach (var glob in _globs)
        {
            if (glob.Matches(text))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }

    private Truth MatchesHost(HostName host)
    {
        foreach (var pattern in _hosts)
        {
            if (pattern.Matches(host))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }

    private Truth MatchesFile(ReadOnlySpan<char> text)
    {
        foreach (var pattern in _files)
        {
            if (pattern.Matches(text))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }

    private Truth LiesInNetwork(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in _networks)
        {
            if (network.Contains(plain))
            {
                return Truth.True;
            }
        }

        return Truth.False;
    }

    private Truth IsBetween(JsonElement value) =>
        value.ValueKind != JsonValueKind.Number || !value.TryGetDecimal(out var number)
            ? Truth.Unknown
            : Kleene.Of(
                (_rule.Least is not { } least || number >= least) && (_rule.Most is not { } most || number <= most)
            );

    private static bool IsCanonicalPath(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > WordGlob.MaxText || text.ContainsAny('\\', '\0', '%'))
        {
            return false;
        }

        var rest = text[0] == '/' ? text[1..] : text;
        foreach (var range in rest.Split('/'))
        {
            if (rest[range] is "" or "." or ".." or "~")
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads a pattern of <c>path</c>.</summary>
    public static SegmentPattern? ParseFile(string text, bool grants, out PatternProblem problem)
    {
        problem = default;
        if (text.TrimStart('/').Split('/').Any(s => s is "" or "." or ".."))
        {
            problem = new($"has the path `{SourceTree.Quote(text)}`, which no canonical path fits", "");
            return null;
        }

        if (SegmentPattern.TryParse(text, '/', out var pattern, out var what))
        {
            // A denial that names a directory means what is below it too, as with files.
            return !grants && pattern.Segments[^1] is { IsLiteral: true } ? pattern.AndBelow() : pattern;
        }

        problem = new(what, "");
        return null;
    }

    private delegate T? Reader<T>(string text, out PatternProblem problem);

    private static ImmutableArray<T> ParseEach<T>(string? text, Reader<T> read, ref PatternProblem problem)
        where T : class
    {
        var all = ImmutableArray.CreateBuilder<T>();
        if (text is null)
        {
            return [];
        }

        if (!Alternation.TryExpand(text, out var texts, out var braces))
        {
            problem = new(braces, "");
            return [];
        }

        foreach (var one in texts)
        {
            if (read(one, out var wrong) is { } parsed)
            {
                all.Add(parsed);
            }
            else
            {
                problem = wrong;
            }
        }

        return all.ToImmutable();
    }

    private static PatternProblem ProblemOf(ArgumentRule rule)
    {
        if (rule.Least > rule.Most)
        {
            return new("has bounds that no number lies between", "The least stands first: `between: [1, 100]`.");
        }

        if (rule.Glob is { Length: > WordGlob.MaxLength })
        {
            return new($"has a `glob` longer than {WordGlob.MaxLength} characters", "");
        }

        if (rule.Glob is { } glob && !Alternation.TryExpand(glob, out _, out var braces))
        {
            return new($"has a `glob` that {braces}", "");
        }

        var numbers = rule.Least is not null || rule.Most is not null;
        var texts =
            rule.Glob is not null
            || rule.Host is not null
            || rule.File is not null
            || !rule.Networks.IsEmpty
            || rule.Sql is not null
            || rule.Markup != Markup.Any;
        if (numbers && (texts || rule.MaxLength is not null))
        {
            return new("is asked to be a number and a text at once", "Keep one of them.");
        }

        return rule.In.IsEmpty && !numbers && !texts && rule.MaxLength is null && rule.Operators is null
            ? new(
                "says nothing of what it may be",
                "Give it `in`, `between`, `glob`, `host`, `path`, `cidr`, `sql`, `operators`, `html` or `max_length`."
            )
            : default;
    }
}
