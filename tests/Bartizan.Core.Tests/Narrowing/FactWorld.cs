using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>
/// Small worlds of tool calls: random manifests whose rules have conditions and arguments over a few constants, and random calls that lie on,
/// beside and far from them, or can't be read.
/// </summary>
internal sealed class FactWorld(int seed)
{
    private static readonly string[] _leaves =
    [
        "args.n < {0}",
        "args.n <= {0}",
        "args.n == {0}",
        "args.n != {0}",
        "args.n >= {0}.5",
        "args.n in [{0}, 2]",
        "args.n == null",
        "args.s == \"{1}\"",
        "args.s != \"{1}\"",
        "args.s < \"{1}\"",
        "args.s >= \"{1}\"",
        "args.s in [\"{1}\", \"ab\"]",
        "args.s.startsWith(\"{1}\")",
        "args.s.endsWith(\"{1}\")",
        "args.s.contains(\"{1}\")",
        "size(args.s) <= {0}",
        "size(args.l) < {0}",
        "\"{1}\" in args.l",
        "args.b",
        "has(args.b)",
        "has(args.n)",
        "has(args.d)",
        "args.d.n <= {0}",
        "args.d.m == \"{1}\"",
        "args.n == args.d.n",
        "\"untrusted\" in session.labels",
        "\"secret\" in session.labels",
        "size(session.labels) < {0}",
        "user.id == \"{1}\"",
        "user.id.endsWith(\"b\")",
        "\"team\" in user.groups",
        "\"other\" in user.groups",
        "time.hour < {0}",
        "time.hour >= 1{0}",
        "time.weekday in [\"Mon\", \"Sat\"]",
        "time.date <= \"2026-11-2{0}\"",
        "action.bulk",
        "action.count <= {0}",
        "agent.version == {0}",
        "env.name == \"development\"",
        "resource.class == \"{1}\"",
        "resource.owner == user.id",
    ];

    private static readonly string[] _texts = ["a", "b", "ab"];

    private static readonly string[] _numbers =
    [
        "0",
        "1",
        "1.5",
        "2",
        "2.5",
        "3",
        "4",
        "-1",
        "1.0",
        "1e0",
        "100000000000000000000",
        "1e400",
    ];

    private static readonly string[] _strings =
    [
        "\"\"",
        "\"a\"",
        "\"b\"",
        "\"ab\"",
        "\"A\"",
        "\"aB\"",
        "\"abb\"",
        "\"ba\"",
        "\"a b\"",
        "\"c\"",
        "\"a\\u0000\"",
        "\"\\ud800\"",
        "\"a/b\"",
        "\"/a\"",
        "\"a.x\"",
        "\"b.a.x\"",
        "\"http://a.x/\"",
        "\"10.1.2.3\"",
        "\"10.2.0.0\"",
        "\"::1\"",
    ];

    private static readonly string[] _others =
    [
        "null",
        "true",
        "false",
        "[]",
        "{}",
        "[1]",
        "[\"a\"]",
        "[\"a\",\"b\"]",
        "[\"c\",\"c\",\"c\"]",
        "[0,\"a\"]",
    ];

    private readonly Dice _random = new(seed);

    /// <summary>A manifest of tool rules, sometimes below a baseline.</summary>
    public Manifest Manifest(int most = 3)
    {
        var manifest = Rules.Manifest([], _random.Next(4) == 0 ? ["allow: tool a/*"] : []);
        return manifest with
        {
            Version = _random.Next(4) == 0 ? 2 : 1,
            Groups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add(
                "team",
                _random.Next(6) == 0 ? ["a", "bb"] : ["a"]
            ),
            Catalogue =
            [
                new CatalogueEntry(
                    [(Verb.Tool, "a/x")],
                    ImmutableSortedDictionary<string, string>.Empty.Add("class", "a").Add("owner", "b"),
                    new SourcePosition("test.yaml", 1, 1)
                ),
            ],
            Layers =
            [
                .. manifest.Layers[..^1].Select(l => l with { Rules = [.. l.Rules, Rule(Pick("deny", "ask"))] }),
                manifest.Layers[^1] with
                {
                    Rules =
                    [
                        .. Enumerable
                            .Range(0, _random.Next(1, most + 1))
                            .Select(_ => Rule(Pick("allow", "allow", "allow", "ask", "deny"))),
                    ],
                },
            ],
        };
    }

    /// <summary>A rule with a condition, arguments, both or none.</summary>
    public Rule Rule(string effect)
    {
        var rule = Rules.Rule($"{effect}: tool {Pick("a/x", "a/*", "a/y")}", _random.Next(1, 1000));
        var has = _random.Next(5);
        return rule with
        {
            Expires = effect == "allow" && _random.Next(8) == 0 ? new DateOnly(2026, 11, _random.Next(20, 25)) : null,
            When = has is 0 or 1 or 2 ? Condition() : null,
            Arguments = has is 2 or 3 ? Arguments() : [],
        };
    }

    /// <summary>The same manifest where one rule asks for more, or for less.</summary>
    public Manifest Changed(Manifest manifest)
    {
        var own = manifest.Layers[^1];
        var at = _random.Next(own.Rules.Length);
        var rule = own.Rules[at];
        var other = rule.When is { } when
            ? Parse(_random.Next(2) == 0 ? $"({when}) || {Leaf()}" : $"({when}) && {Leaf()}")
            : Condition();
        var changed = _random.Next(4) switch
        {
            0 => rule with { Arguments = rule.Arguments.IsEmpty ? Arguments() : [] },
            1 when !rule.Arguments.IsEmpty => rule with { Arguments = [.. rule.Arguments.Select(Wider)] },
            _ => rule with { When = other },
        };
        return manifest with
        {
            Layers = [.. manifest.Layers[..^1], own with { Rules = own.Rules.SetItem(at, changed) }],
        };
    }

    /// <summary>A call in some circumstances.</summary>
    public Question Call()
    {
        var members = new List<string>();
        Add(members, "n", _random.Next(3) > 0 ? _numbers : _others, 4);
        Add(members, "s", _random.Next(4) > 0 ? _strings : _others, 4);
        Add(members, "l", _others, 3);
        Add(members, "b", ["true", "false", "null", "1"], 3);
        var below = new List<string>();
        Add(below, "n", _numbers, 3);
        Add(below, "m", _strings, 3);
        Add(members, "d", [$"{{{string.Join(',', below)}}}", $"{{{string.Join(',', below)}}}", "1", "null"], 3);
        Add(members, "h", _strings, 3);
        Add(members, "z", ["0"], 1);
        using var call = JsonDocument.Parse($"{{{string.Join(',', members)}}}");
        return new Question
        {
            Target = Rules.Target($"tool {Pick("a/x", "a/y", "a/z")}"),
            Arguments = _random.Next(20) == 0 ? default : call.RootElement.Clone(),
            Person = Pick<string?>(null, "a", "b", "bb", "c", "ab"),
            Labels = _random.Next(5) == 0 ? null : (Labels)_random.Next(8),
            Time = Rules.Now.AddMinutes(_random.Next(7 * 24 * 60)),
        };
    }

    private ArgumentRule Wider(ArgumentRule one) =>
        one with
        {
            In = one.In.IsEmpty ? [] : [.. one.In, new ArgumentValue("b", false)],
            Most = one.Most + _random.Next(2),
            Glob = one.Glob is null ? null : Pick("**", "a*", one.Glob),
            MaxLength = one.MaxLength + _random.Next(2),
            Optional = _random.Next(3) == 0,
        };

    private ImmutableArray<ArgumentRule> Arguments()
    {
        ArgumentRule[] all =
        [
            new()
            {
                Path = "n",
                Least = 1,
                Most = _random.Next(1, 4),
            },
            new() { Path = "n", In = [new ArgumentValue("1", true), new ArgumentValue($"{_random.Next(4)}", true)] },
            new() { Path = "s", In = [new ArgumentValue(Pick(_texts), false)] },
            new() { Path = "s", Glob = Pick("a*", "*b", "**", "{a,b}", "*") },
            new()
            {
                Path = "s",
                Glob = Pick("a*", "A*", "{a,B}"),
                AnyCase = true,
            },
            new()
            {
                Path = "s",
                In = [new ArgumentValue(Pick("a", "A", "aB"), false)],
                AnyCase = true,
            },
            new()
            {
                Path = "s",
                MaxLength = _random.Next(1, 4),
                Glob = Pick("a*", "*"),
            },
            new() { Path = "h", Host = Pick("a.x", "*.x", "**.x") },
            new() { Path = "h", File = Pick("a/b", "a/*", "**", "/a") },
            new() { Path = "h", Networks = [Pick("10.0.0.0/8", "10.1.0.0/16", "::/0")] },
            new()
            {
                Path = "h",
                Host = Pick("a.x", "*.x"),
                MaxLength = _random.Next(3, 12),
            },
            new() { Path = "l[]", Glob = Pick("a*", "*", "{a,b}") },
            new() { Path = "l", MaxLength = _random.Next(1, 3) },
            new()
            {
                Path = "d.n",
                Least = 1,
                Most = _random.Next(1, 4),
            },
            new() { Path = "d.m", Glob = Pick("a*", "*") },
            new() { Path = "b", In = [new ArgumentValue("true", true)] },
        ];
        var chosen = Enumerable
            .Range(0, _random.Next(1, 4))
            .Select(_ => all[_random.Next(all.Length)])
            .DistinctBy(a => a.Path);
        return [.. chosen.Select(a => a with { Optional = _random.Next(3) == 0 })];
    }

    private Condition Condition()
    {
        var text = Leaf();
        for (var n = _random.Next(3); n > 0; n--)
        {
            text = $"({text}) {Pick("&&", "||")} {Leaf()}";
        }

        return Parse(text);
    }

    private string Leaf()
    {
        var leaf = string.Format(
            CultureInfo.InvariantCulture,
            _leaves[_random.Next(_leaves.Length)],
            _random.Next(1, 4),
            Pick(_texts)
        );
        return _random.Next(4) == 0 ? $"!({leaf})" : leaf;
    }

    private static Condition Parse(string text)
    {
        var result = Core.Conditions.Condition.Parse(text, ConditionSchema.Standard);
        return result.Condition ?? throw new InvalidOperationException($"{text}: {result.Errors[0].Message}");
    }

    private void Add(List<string> members, string name, string[] values, int likely)
    {
        if (_random.Next(6) < likely)
        {
            members.Add($"\"{name}\":{values[_random.Next(values.Length)]}");
        }

        if (_random.Next(40) == 0)
        {
            members.Add(
                $"\"{(_random.Next(2) == 0 ? name : name.ToUpperInvariant())}\":{values[_random.Next(values.Length)]}"
            );
        }
    }

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}
