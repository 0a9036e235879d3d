using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Policies;

/// <summary>
/// What one argument may be, ready to be asked. A value of another type than the demand is about is unknown, because a
/// server may read <c>"5"</c> as 5: unknown never lets an allow apply and never keeps a deny from applying.
/// </summary>
internal sealed class ArgumentCheck
{
    private readonly ArgumentRule _rule;
    private readonly ImmutableArray<WordGlob> _globs;
    private readonly ImmutableArray<HostPattern> _hosts;
    private readonly ImmutableArray<SegmentPattern> _files;
    private readonly ImmutableArray<IPNetwork> _networks;

    private ArgumentCheck(
        ArgumentRule rule,
        ImmutableArray<HostPattern> hosts,
        ImmutableArray<SegmentPattern> files,
        ImmutableArray<IPNetwork> networks
    )
    {
        _rule = rule;
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

        var check = new ArgumentCheck(rule, hosts, files, networks.ToImmutable());
        if (!rule.In.IsEmpty && !rule.In.Any(value => check.Judge(ElementOf(value)) == Truth.True))
        {
            problem = new("has no value in `in` that fits what else it says", "Take one of them out.");
            return null;
        }

        return check;
    }

    /// <summary>Whether a value fits all demands. Allocates nothing for short text without escapes.</summary>
    public Truth Judge(JsonElement value)
    {
        var truth = Truth.True;
        if (!_rule.In.IsEmpty)
        {
            truth = Kleene.And(truth, IsOneOf(value));
        }

        if (_rule.Least is not null || _rule.Most is not null)
        {
            truth = Kleene.And(truth, IsBetween(value));
        }

        if (_rule.MaxLength is { } most && value.ValueKind == JsonValueKind.Array)
        {
            truth = Kleene.And(truth, Kleene.Of(value.GetArrayLength() <= most));
        }

        var aboutText = !_globs.IsEmpty || !_hosts.IsEmpty || !_files.IsEmpty || !_networks.IsEmpty;
        return aboutText || (_rule.MaxLength is not null && value.ValueKind != JsonValueKind.Array)
            ? Kleene.And(truth, JudgeText(value))
            : truth;
    }

    private Truth JudgeText(JsonElement value)
    {
        Span<char> buffer = stackalloc char[JsonText.Short];
        return JsonText.TryRead(value, buffer, out var text) ? JudgeText(text) : Truth.Unknown;
    }

    private Truth JudgeText(ReadOnlySpan<char> text)
    {
        var truth = Truth.True;
        if (_rule.MaxLength is { } most)
        {
            truth = Kleene.Of(text.Length <= most);
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

        return truth;
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

    // Text is told from numbers: a value of a kind that no listed value has is unknown.
    private Truth IsOneOf(JsonElement value)
    {
        var sameKind = false;
        foreach (var one in _rule.In)
        {
            switch (value.ValueKind, KindOf(one))
            {
                case (JsonValueKind.String, JsonValueKind.String):
                    sameKind = true;
                    if (value.ValueEquals(one.Text))
                    {
                        return Truth.True;
                    }

                    break;
                case (JsonValueKind.Number, JsonValueKind.Number):
                    sameKind = value.TryGetDecimal(out var number);
                    if (sameKind && number == decimal.Parse(one.Text, NumberStyles.Float, CultureInfo.InvariantCulture))
                    {
                        return Truth.True;
                    }

                    break;
                case (JsonValueKind.True or JsonValueKind.False, JsonValueKind.True):
                    sameKind = true;
                    if (value.GetBoolean() == (one.Text == "true"))
                    {
                        return Truth.True;
                    }

                    break;
                default:
                    break;
            }
        }

        return sameKind ? Truth.False : Truth.Unknown;
    }

    private static JsonValueKind KindOf(ArgumentValue value) =>
        !value.Plain ? JsonValueKind.String
        : value.Text is "true" or "false" ? JsonValueKind.True
        : decimal.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? JsonValueKind.Number
        : JsonValueKind.String;

    private static JsonElement ElementOf(ArgumentValue value) =>
        KindOf(value) == JsonValueKind.String ? JsonSerializer.SerializeToElement(value.Text)
        : KindOf(value) == JsonValueKind.True ? JsonSerializer.SerializeToElement(value.Text == "true")
        : JsonSerializer.SerializeToElement(
            decimal.Parse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture)
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

    private static SegmentPattern? ParseFile(string text, bool grants, out PatternProblem problem)
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
        var texts = rule.Glob is not null || rule.Host is not null || rule.File is not null || !rule.Networks.IsEmpty;
        if (numbers && (texts || rule.MaxLength is not null))
        {
            return new("is asked to be a number and a text at once", "Keep one of them.");
        }

        return rule.In.IsEmpty && !numbers && !texts && rule.MaxLength is null
            ? new(
                "says nothing of what it may be",
                "Give it `in`, `between`, `glob`, `host`, `path`, `cidr` or `max_length`."
            )
            : default;
    }
}
