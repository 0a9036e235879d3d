using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using static Bartizan.Core.Tests.Policies.RandomActions;

namespace Bartizan.Core.Tests.Policies;

/// <summary>
/// A random policy over every verb with conditions and arguments, and random actions: each both as the product takes it and in
/// plain values whose meaning is written here beside the words.
/// </summary>
internal sealed class RandomWorld
{
    private static readonly TimeSpan _offset = TimeSpan.FromMinutes(330);
    private static readonly TimeZoneInfo _zone = TimeZoneInfo.CreateCustomTimeZone("test", _offset, "test", "test");

    private static readonly ImmutableArray<string> _calls =
    [
        "{}",
        """{"n":1}""",
        """{"n":5}""",
        """{"n":1.0,"s":"ab"}""",
        """{"n":"1"}""",
        """{"n":null}""",
        """{"n":1,"n":5}""",
        """{"n":1,"N":1}""",
        """{"s":"a\u0062"}""",
        """{"s":"aB"}""",
        """{"s":"a/b","n":2}""",
        """{"s":"ab\u0000"}""",
        """{"l":[1,2]}""",
        """{"l":[1,9],"n":1}""",
        """{"l":[]}""",
        """{"l":["a"]}""",
        """{"h":"https://x.example:8443/p?q"}""",
        """{"h":"x.example"}""",
        """{"h":"https://x.example@evil.test/"}""",
        """{"h":"10.1.2.3"}""",
        """{"h":"11.1.2.3"}""",
        """{"p":"src/a/b"}""",
        """{"p":"src/../b"}""",
        """{"p":"etc/b"}""",
    ];

    private readonly Dice _random;
    private readonly ImmutableArray<(string Verb, string Pattern, string Class)> _catalogue;

    /// <summary>Makes a policy; the same for the same seed.</summary>
    public RandomWorld(int seed)
    {
        _random = new Dice(seed);
        _catalogue =
        [
            .. Enumerable
                .Range(0, _random.Next(3))
                .Select(_ => Pattern(_random).Split(' ', 2))
                .Where(p => PlainPatterns.Expand(p[1]) is not null)
                .Select(p => (p[0], p[1], Pick(_random, ["x", "y"]))),
        ];
        Layers = [.. Enumerable.Range(0, _random.Next(3)).Select(_ => Layer(isCeiling: true)), Layer(isCeiling: false)];
        Manifest = Rules.Manifest([], []) with
        {
            Groups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add("ops", ["bob"]),
            People = ImmutableDictionary<string, ImmutableSortedDictionary<string, string>>.Empty.Add(
                "bob",
                ImmutableSortedDictionary<string, string>.Empty.Add("region", "x")
            ),
            Catalogue =
            [
                .. _catalogue.Select(entry => new CatalogueEntry(
                    [(Enum.Parse<Verb>(entry.Verb, ignoreCase: true), entry.Pattern)],
                    ImmutableSortedDictionary<string, string>.Empty.Add("class", entry.Class),
                    new SourcePosition("test.yaml", 1, 1)
                )),
            ],
            Layers =
            [
                .. Layers.Select(
                    (layer, i) =>
                        new RuleLayer($"layer {i}", layer.IsCeiling, [.. layer.Rules.Select(r => r.Rule)])
                        {
                            TimeZone = _zone,
                        }
                ),
            ],
        };
    }

    /// <summary>The policy in plain values.</summary>
    public ImmutableArray<PlainLayer> Layers { get; }

    /// <summary>The same as the product takes it.</summary>
    public Manifest Manifest { get; }

    /// <summary>An action, what is known of it as the product takes it, and the same in plain values.</summary>
    public (ActionTarget Target, Circumstances Known, PlainFacts Plain) Action()
    {
        var target = Target(_random);
        var known = new PlainFacts
        {
            Now = Rules.Now.AddMinutes(_random.Next(3 * 24 * 60)),
            User = Pick<string?>(_random, [null, "bob", "eve"]),
            Labels = _random.Next(3) == 0 ? null : (Labels)_random.Next(8),
            Args = _random.Next(6) == 0 ? null : JsonDocument.Parse(Pick(_random, _calls)).RootElement,
            Resource = name => name == "class" ? ClassOf(target) : null,
        };
        known = known with { Count = CountOf(target, known.Args) };
        var circumstances = new Circumstances
        {
            Now = known.Now,
            User = known.User is { } user ? User.Of(Manifest, user) : null,
            Labels = known.Labels,
            Arguments = known.Args ?? default,
        };
        return (target, circumstances, known);
    }

    // What an entry's pattern means exactly, as an allow does; of two that differ nothing is known.
    private string? ClassOf(ActionTarget target)
    {
        IReadOnlyList<ActionTarget> names = target is FileTarget file
            ? [.. file.Names.Select(name => new FileTarget(file.Verb, name))]
            : [target];
        var classes = names.Select(name =>
            _catalogue
                .Where(entry =>
                    name is not ExecTarget { IsOpaque: true }
                    && PlainPatterns
                        .Expand(entry.Pattern)!
                        .Any(p =>
                            PlainPatterns.Fits(Enum.Parse<Verb>(entry.Verb, true), p, true, true, name)
                            || (TunnelOf(name) is { } tunnel && entry.Verb == "connect" && IsOf(p, tunnel))
                        )
                )
                .Select(entry => entry.Class)
                .Distinct()
                .ToList()
        );
        return classes.Select(c => c is [var one] ? one : null).Distinct().ToList() is [var all] ? all : null;
    }

    // The requests in a tunnel are of what the tunnel is of.
    private static ConnectTarget? TunnelOf(ActionTarget name) =>
        name is HttpTarget { Scheme: "https" } request ? new ConnectTarget(request.Host, request.Port) : null;

    private static bool IsOf(string pattern, ConnectTarget tunnel) =>
        PlainPatterns.Fits(Verb.Connect, pattern, true, true, tunnel);

    private static long? CountOf(ActionTarget target, JsonElement? args) =>
        target switch
        {
            ToolTarget => args is { } call
                ? call.EnumerateObject()
                    .Select(m => m.Value.ValueKind == JsonValueKind.Array ? m.Value.GetArrayLength() : 1L)
                    .Append(1)
                    .Max()
                : null,
            ExecTarget { IsOpaque: true } => null,
            _ => 1,
        };

    private PlainLayer Layer(bool isCeiling) =>
        new(isCeiling, [.. Enumerable.Range(1, _random.Next(1, 25)).Select(line => OneRule(line, isCeiling))]);

    private PlainRule OneRule(int line, bool isCeiling)
    {
        var effect = Pick(_random, ["allow", "allow", "allow", "ask", "deny"]);
        var rule = Rules.Rule($"{effect}: {Pattern(_random)}", line);
        var isTool = rule.Verb == Verb.Tool;
        var when = _random.Next(3) == 0 ? When(isTool) : default;
        var argument = isTool && _random.Next(3) == 0 ? Argument() : default;
        rule = rule with
        {
            Expires = effect == "allow" && _random.Next(6) == 0 ? new DateOnly(2026, 11, _random.Next(19, 25)) : null,
            Credential =
                rule.Verb == Verb.Http && effect != "deny" && !isCeiling && _random.Next(4) == 0
                    ? Pick(_random, ["k", "l"])
                    : null,
            Witnessed = effect != "deny" && _random.Next(6) == 0,
            Keep =
                isTool && effect != "deny" && _random.Next(4) == 0
                    ? KeptFields.Of(Pick(_random, ["id,status", "id", "customer.name,id"]).Split(','))
                    : null,
            When = when.Text is { } text ? Read(text) : null,
            Arguments = argument.Rule is { } one ? [one] : [],
        };
        return new PlainRule(
            rule,
            when.Means,
            argument.Rule is { } demand
                ? [(demand.Path.TrimEnd(']', '['), demand.Path.EndsWith(']'), demand.Optional, argument.Fits)]
                : []
        );
    }

    private (string Text, Func<PlainFacts, bool?> Means) When(bool isTool)
    {
        (string Text, Func<PlainFacts, bool?> Means) One() => Phrase(isTool);
        var (a, b, c) = (One(), One(), One());
        return _random.Next(4) switch
        {
            0 => a,
            1 => ($"{a.Text} && {b.Text} && {c.Text}", f => a.Means(f) & b.Means(f) & c.Means(f)),
            2 => ($"!({a.Text}) || {b.Text}", f => !a.Means(f) | b.Means(f)),
            _ => ($"({a.Text} || {b.Text}) && !({c.Text})", f => (a.Means(f) | b.Means(f)) & !c.Means(f)),
        };
    }

    private (string Text, Func<PlainFacts, bool?> Means) Phrase(bool isTool)
    {
        var (hour, label) = (_random.Next(1, 24), (Labels)(1 << _random.Next(3)));
        var name = label.ToString().ToLower(CultureInfo.InvariantCulture);
        DateTimeOffset Local(PlainFacts f) => f.Now.ToOffset(_offset);
        static bool? Eq(string? a, string? b) => a is null || b is null ? null : a == b;
        static string? Region(PlainFacts f) => f.User == "bob" ? "x" : null;
        (string, Func<PlainFacts, bool?>)[] all =
        [
            ("user.id == 'bob'", f => Eq(f.User, "bob")),
            ("user.id != 'bob'", f => !Eq(f.User, "bob")),
            ("'ops' in user.groups", f => Eq(f.User, "bob")),
            ("user.region in ['x', 'z']", f => Eq(Region(f), "x")),
            ("user.region == resource.class", f => Eq(Region(f), f.Resource("class"))),
            ("resource.class == 'x'", f => Eq(f.Resource("class"), "x")),
            ($"time.hour >= {hour}", f => Local(f).Hour >= hour),
            ($"time.hour < {hour}", f => Local(f).Hour < hour),
            ("time.weekday in ['Sat', 'Sun']", f => Local(f).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday),
            ("time.date <= '2026-11-22'", f => Local(f).Date <= new DateTime(2026, 11, 22)),
            ($"'{name}' in session.labels", f => f.Labels is { } l ? l.HasFlag(label) : null),
            ("env.name == 'staging'", _ => false),
            ("agent.name.startsWith('te')", _ => true),
            ("action.bulk", f => f.Count is { } count ? count > 1 : null),
            ("action.count < 2", f => f.Count is { } count ? count < 2 : null),
            ("args.n == 1", f => Number(f, n => n == 1)),
            ("args.n > 1", f => Number(f, n => n > 1)),
            ("args.s == 'ab'", f => Eq(Text(f), "ab")),
            (
                "size(args.l) == 2",
                f => Value(f, "l") is { ValueKind: JsonValueKind.Array } l ? l.GetArrayLength() == 2 : null
            ),
            ("has(args.n)", Has),
        ];
        var (text, means) = all[_random.Next(isTool ? all.Length : all.Length - 5)];
        return (text, means);
    }

    private static Condition Read(string text) =>
        Condition.Parse(text, ConditionSchema.Standard).Condition ?? throw new InvalidOperationException(text);

    private static JsonElement? Value(PlainFacts f, string name) =>
        f.Args is { } call ? PlainArguments.Find(call, name, out _) : null;

    private static bool? Number(PlainFacts f, Func<double, bool> holds) =>
        Value(f, "n") is { ValueKind: JsonValueKind.Number } n ? holds(n.GetDouble()) : null;

    // A text that holds a zero ends there for some readers.
    private static string? Text(PlainFacts f) =>
        Value(f, "s") is { ValueKind: JsonValueKind.String } s && !s.GetString()!.Contains('\0') ? s.GetString() : null;

    private static bool? Has(PlainFacts f)
    {
        if (f.Args is not { } call)
        {
            return null;
        }

        var found = PlainArguments.Find(call, "n", out var absent);
        return absent ? false
            : found is { ValueKind: not JsonValueKind.Null } ? true
            : null;
    }

    private (ArgumentRule Rule, Func<JsonElement, bool?> Fits) Argument()
    {
        static bool? Number(JsonElement v, double least, double most) =>
            v.ValueKind == JsonValueKind.Number ? v.GetDouble() >= least && v.GetDouble() <= most : null;
        static bool? Text(JsonElement v, Func<string, bool?> fits) =>
            v.ValueKind == JsonValueKind.String && !v.GetString()!.Contains('\0') ? fits(v.GetString()!) : null;
        static ArgumentRule Named(string path) => new() { Path = path };
        ImmutableArray<ArgumentValue> values = [new("ab", Plain: true), new("2", Plain: true)];
        (ArgumentRule Rule, Func<JsonElement, bool?> Fits)[] all =
        [
            (Named("n") with { Least = 1, Most = 2 }, v => Number(v, 1, 2)),
            (Named("n") with { Least = 3, Optional = true }, v => Number(v, 3, double.MaxValue)),
            (Named("l[]") with { Least = 1, Most = 2 }, v => Number(v, 1, 2)),
            (
                Named("l") with
                {
                    MaxLength = 1,
                },
                v => v.ValueKind == JsonValueKind.Array ? v.GetArrayLength() <= 1 : Text(v, t => t.Length <= 1)
            ),
            (
                Named("s") with
                {
                    In = values,
                },
                v => Text(v, t => t == "ab") ?? (v.ValueKind == JsonValueKind.Number ? v.GetDouble() == 2 : null)
            ),
            (Named("s") with { Glob = "a*" }, v => Text(v, t => t is "ab")),
            (Named("s") with { Glob = "a**", MaxLength = 2 }, v => Text(v, t => t is "ab")),
            (Named("s") with { Glob = "A*", AnyCase = true }, v => Text(v, t => t is "ab" or "aB" ? null : false)),
            (
                Named("s") with
                {
                    In = [new("aB", Plain: false)],
                    AnyCase = true,
                },
                v =>
                    Text(
                        v,
                        t =>
                            t is "aB" ? true
                            : t is "ab" ? null
                            : false
                    )
            ),
            (
                Named("h") with
                {
                    Host = "*.example",
                },
                v =>
                    Text(
                        v,
                        t =>
                            t.Contains('@', StringComparison.Ordinal)
                                ? null
                                : t.Contains("x.example", StringComparison.Ordinal)
                    )
            ),
            (
                Named("h") with
                {
                    Networks = ["10.0.0.0/8"],
                },
                v => Text(v, t => char.IsAsciiDigit(t[0]) ? t.StartsWith("10.", StringComparison.Ordinal) : null)
            ),
            (
                Named("p") with
                {
                    File = "src/**",
                },
                v =>
                    Text(
                        v,
                        t =>
                            t.Contains("..", StringComparison.Ordinal)
                                ? null
                                : t.StartsWith("src/", StringComparison.Ordinal)
                    )
            ),
        ];
        return all[_random.Next(all.Length)];
    }
}
