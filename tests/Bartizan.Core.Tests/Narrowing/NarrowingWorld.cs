using System.Collections.Immutable;
using System.Globalization;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Policies;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>Small worlds: random manifests over a few patterns, and every action that could tell two of them apart.</summary>
internal sealed class NarrowingWorld
{
    private static readonly string[] _rests =
    [
        "a",
        "b",
        "a*",
        "*b",
        "*a*",
        "*",
        "a/*",
        "**",
        "**/b",
        "a/**",
        "b/**/a",
        "ab",
    ];
    private static readonly string[] _hosts = ["a.x", "b.x", "*.x", "**.x", "a.*", "**", "10.0.0.1", "a.localhost"];
    private static readonly string[] _ports = ["443", "80", "*"];
    private static readonly string[] _files =
    [
        "workspace/**",
        "workspace/a",
        "workspace/*",
        "workspace/a/**",
        "**/b",
        "/a/**",
        "**",
        "workspace/**/b",
        "home/*",
    ];

    private static readonly string[] _commands = ["a", "a *", "a **", "** b", "* b", "/a b", "b", "a b", "**"];

    private static readonly string[] _spellings =
    [
        "a",
        "b",
        "x",
        "/a",
        "/b",
        "a b",
        "a x",
        "x b",
        "b b",
        "/a b",
        "/a x",
        "/b b",
        "/x b",
        "a b x",
        "a x b",
        "/a x b",
        "x x",
    ];

    private readonly Dice _random;

    public NarrowingWorld(int seed) => _random = new Dice(seed);

    public static ImmutableArray<Verb> Verbs { get; } = [Verb.Model, Verb.Connect, Verb.Http, Verb.Read, Verb.Exec];

    /// <summary>A manifest with rules of one verb, sometimes below a baseline.</summary>
    public Manifest Manifest(Verb verb, int most = 5)
    {
        var rules = Rules_(verb, _random.Next(1, most + 1), isCeiling: false);
        var baseline = _random.Next(3) == 0 ? Rules_(verb, _random.Next(1, 4), isCeiling: true) : [];
        return new Manifest
        {
            Agent = "test",
            Version = 1,
            Layers =
            [
                .. baseline.IsEmpty ? [] : ImmutableArray.Create(new RuleLayer("baseline test", true, baseline)),
                new RuleLayer("manifest", false, rules),
            ],
        };
    }

    /// <summary>A rule of a verb.</summary>
    public Rule Rule(Verb verb, string effect, bool isCeiling)
    {
        var rule = Rules.Rule($"{effect}: {verb.ToString().ToLowerInvariant()} {Pattern(verb)}", _random.Next(1, 1000));
        return rule with
        {
            Expires = effect == "allow" && _random.Next(6) == 0 ? new DateOnly(2026, 11, _random.Next(18, 26)) : null,
            Credential =
                verb == Verb.Http && !isCeiling && effect != "deny" && _random.Next(4) == 0 ? Pick(["k", "l"]) : null,
            Witnessed = effect != "deny" && _random.Next(6) == 0,
            Keep =
                verb == Verb.Model && effect != "deny" && _random.Next(3) == 0
                    ? KeptFields.Of(Pick(["a", "a.b", "a.b,b", "a,b", "b"]).Split(','))
                    : null,
            Approval = effect == "ask" && _random.Next(4) == 0 ? Terms() : null,
        };
    }

    private ApprovalTerms Terms() =>
        new()
        {
            By = _random.Next(3) switch
            {
                0 => [],
                1 => ["ann"],
                _ => ["ann", "bob"],
            },
            Within = TimeSpan.FromMinutes(_random.Next(1, 3)),
        };

    /// <summary>The same manifest, waiting for no witness and no person by name: what is asked of decisions alone.</summary>
    public static Manifest Unwitnessed(Manifest manifest) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers.Select(l =>
                    l with
                    {
                        Rules = [.. l.Rules.Select(r => r with { Witnessed = false, Approval = null, Keep = null })],
                    }
                ),
            ],
        };

    /// <summary>The same manifest and one rule more, in its own layer.</summary>
    public static Manifest With(Manifest manifest, Rule rule) =>
        manifest with
        {
            Layers =
            [
                .. manifest.Layers[..^1],
                manifest.Layers[^1] with
                {
                    Rules = [.. manifest.Layers[^1].Rules, rule],
                },
            ],
        };

    /// <summary>Every moment that matters: before and after each day on which a grant may lapse.</summary>
    public static IEnumerable<DateTimeOffset> Times() => Enumerable.Range(0, 8).Select(n => Rules.Now.AddDays(n));

    /// <summary>Every action over a small alphabet. Files have their aliases below three roots.</summary>
    public static ImmutableArray<ActionTarget> Actions(Verb verb) =>
        verb switch
        {
            Verb.Model =>
            [
                .. Texts("abx/", 4).SelectMany(t => new[] { "a", "b", "x", "ab" }.Select(h => new ModelTarget(h, t))),
            ],
            Verb.Connect => [.. Hosts().SelectMany(h => new[] { 443, 80, 1 }.Select(p => new ConnectTarget(h, p)))],
            Verb.Http =>
            [
                // An https rule means tunnels too.
                .. Actions(Verb.Connect),
                .. Hosts()
                    .SelectMany(h =>
                        Paths(3)
                            .SelectMany(p =>
                                new[]
                                {
                                    ("GET", "http", 80),
                                    ("POST", "http", 80),
                                    ("PUT", "http", 80),
                                    ("GET", "http", 1),
                                    ("POST", "http", 1),
                                    ("PUT", "http", 1),
                                    ("GET", "https", 443),
                                    ("POST", "https", 443),
                                    ("PUT", "https", 443),
                                    ("GET", "https", 80),
                                    ("POST", "https", 80),
                                    ("PUT", "https", 80),
                                    ("GET", "https", 1),
                                    ("POST", "https", 1),
                                    ("PUT", "https", 1),
                                    ("GET", "http", 443),
                                    ("POST", "http", 443),
                                    ("PUT", "http", 443),
                                }.Select(m => new HttpTarget(m.Item1, m.Item2, h, m.Item3, p))
                            )
                    ),
            ],
            Verb.Read => [.. Files()],
            _ =>
            [
                .. Commands().Select(w => new ExecTarget([.. w])),
                ExecTarget.Opaque("$x"),
                .. Commands().SelectMany(w => _spellings.Select(s => Spelt(w, s.Split(' ')))),
            ],
        };

    private ImmutableArray<Rule> Rules_(Verb verb, int count, bool isCeiling) =>
        [.. Enumerable.Range(0, count).Select(_ => Rule(verb, Pick(["allow", "allow", "ask", "deny"]), isCeiling))];

    private string Pattern(Verb verb) =>
        verb switch
        {
            Verb.Model => _random.Next(8) == 0 ? "**" : $"{Pick(["a", "b", "*", "a*"])}/{Pick(_rests)}",
            Verb.Connect => $"{Host()}:{Pick(_ports)}",
            Verb.Http => _random.Next(8) == 0
                ? "* **"
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"{Pick(["GET", "*", "POST"])} {Pick(["http", "https", "*"])}://{Host()}{Pick(["", "", ":1"])}/{Pick(["**", "a", "a/**", "*", "**/b"])}"
                ),
            Verb.Read => Pick(_files),
            _ => Pick(_commands),
        };

    private string Host() => Pick(_hosts);

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private static IEnumerable<string> Texts(string letters, int most)
    {
        IEnumerable<string> texts = [""];
        for (var length = 0; length <= most; length++)
        {
            foreach (var text in texts)
            {
                yield return text;
            }

            texts = [.. texts.SelectMany(t => letters.Select(l => t + l))];
        }
    }

    private static IEnumerable<HostName> Hosts()
    {
        foreach (
            var name in new[]
            {
                "a.x",
                "b.x",
                "c.x",
                "x",
                "a.b.x",
                "a.y",
                "a.b",
                "b",
                "z.y",
                "10.0.0.1",
                "10.0.0.2",
                "a.localhost",
                "b.localhost",
                "a.a.x",
            }
        )
        {
            yield return HostName.TryParse(name, out var host, out _) ? host : throw new InvalidOperationException();
        }
    }

    private static IEnumerable<string> Paths(int most) =>
        Texts("abc/", most).Select(t => "/" + t).Where(t => UrlPath.TryNormalize(t, out var same, out _) && same == t);

    private static IEnumerable<FileTarget> Files()
    {
        var below = Texts("abc/", 4).Where(t => TargetReader.TryRead(Verb.Read, "/" + t, out _, out _)).ToList();
        foreach (var name in below)
        {
            yield return new FileTarget(Verb.Read, "/" + name);
            foreach (var anchor in name.Length == 0 ? [] : new[] { "workspace", "home" })
            {
                yield return new FileTarget(Verb.Read, $"{anchor}/{name}");
                foreach (var root in new[] { "", "/a", "/b", "/c", "/a/b" })
                {
                    yield return new FileTarget(Verb.Read, $"{anchor}/{name}") { Aliases = [$"{root}/{name}"] };
                }
            }
        }

        yield return new FileTarget(Verb.Read, "workspace");
        foreach (var root in below)
        {
            yield return new FileTarget(Verb.Read, "workspace") { Aliases = ["/" + root] };
        }
    }

    private static IEnumerable<string[]> Commands() => Words(3).Concat(_spellings.Select(s => s.Split(' ')));

    private static ExecTarget Spelt(string[] words, string[] other) =>
        new([.. words])
        {
            Spellings =
            [
                [.. other],
            ],
        };

    private static IEnumerable<string[]> Words(int most) =>
        Texts("abx/ ", most).Select(t => t.Split(' ')).Where(w => w[0].Length > 0);
}
